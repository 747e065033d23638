//! JupyterLab on the first lesson, for this user on this machine only.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{Group, Interrupted, Stoppable, is_stopped};
use crate::project::Project;
use crate::setup::lock::Lock;
use crate::setup::{self, files};

/// The lock, in the project's state, that says that JupyterLab runs.
pub const LOCK: &str = "open.lock";
/// The port that people know JupyterLab by.
const USUAL_PORT: u16 = 8888;
/// After how many seconds without a look the kernel of a closed lesson ends.
const FORGOTTEN: u32 = 20 * 60;
/// Between two looks at JupyterLab.
const LOOK: Duration = Duration::from_millis(100);

/// How to open JupyterLab.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Say the address, and open no browser.
    #[arg(long)]
    pub no_browser: bool,
    /// The port to listen on; else 8888, or the next one that is free.
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Another folder of notebooks to open: a copy that may be changed.
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub notebooks: Option<PathBuf>,
    /// The lesson to open: its number or the beginning of its file's name; else the first.
    pub lesson: Option<String>,
}

/// What JupyterLab writes of itself once it listens.
#[derive(Deserialize)]
struct Server {
    port: u16,
    token: String,
}

/// Sets up where needed, then runs JupyterLab until Ctrl-C.
///
/// # Errors
/// When the set-up fails, the lesson is unknown, the port is taken, or JupyterLab ends with an error.
pub fn open(project: &Project, options: &Options) -> Result<ExitCode> {
    let notebooks = options.notebooks.clone().unwrap_or_else(|| project.notebooks());
    let lesson = lesson(&notebooks, options.lesson.as_deref())?;
    if let Some(port) = options.port
        && !is_free(port)
    {
        bail!("port {port} is taken: end what listens there, or choose another with --port");
    }
    // A lesson can be read while its kernel is built; a cell that is run says how far that is.
    let building = setup::run_to_read(project)?.then(|| {
        let project = project.clone();
        thread::spawn(move || setup::run(&project).inspect_err(|error| eprintln!("error: {error:#}")))
    });
    let _stoppable = Stoppable::new();
    let _running = Lock::quietly(&project.state(), LOCK, true)?;
    let port = options.port.map_or_else(free_port, Ok)?;
    if options.port.is_none() && port != USUAL_PORT {
        println!("port {USUAL_PORT} is taken: using {port}");
    }
    let log = log(project);
    files::write_whole(&log, b"")?;
    let said = || File::options().append(true).open(&log).context("JupyterLab's log cannot be written");
    let mut command = command(project, options, port, &notebooks, &lesson);
    let mut jupyter = Group::spawn(command.stdout(said()?).stderr(said()?))?;
    if let Some(server) = started(project, &mut jupyter)? {
        let Server { port, token } = server;
        if building.is_some() {
            println!("The kernel is still being built: read on, its first cells wait for it.");
        }
        println!("JupyterLab is at http://127.0.0.1:{port}/lab/tree/{lesson}?token={token}");
        println!("Ctrl-C here ends it, with all its kernels.");
    }
    let status = jupyter.wait()?;
    if let Some(building) = building.filter(|_| is_stopped()) {
        // It sees that it was stopped, and tidies up.
        let _ = building.join();
    }
    if is_stopped() {
        println!("\nJupyterLab ended.");
        return Ok(ExitCode::SUCCESS);
    } else if !status.success() {
        let words = std::fs::read_to_string(&log).unwrap_or_default();
        bail!(
            "JupyterLab ended with an error ({status}); `cargo lab doctor` looks for a cause. It said:\n{words}"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// JupyterLab's own files: settings, layouts, addresses. Nothing goes into the user's own Jupyter. They lie beside
/// the learner's progress, also where `TIMELANES_STATE` keeps that elsewhere.
pub fn jupyter_folder(project: &Project) -> PathBuf {
    std::env::var_os("TIMELANES_STATE").map_or_else(|| project.state(), PathBuf::from).join("jupyter")
}

/// What JupyterLab says while it runs: of use when something is wrong, noise otherwise.
fn log(project: &Project) -> PathBuf {
    jupyter_folder(project).join("log.txt")
}

fn runtime_folder(project: &Project) -> PathBuf {
    jupyter_folder(project).join("runtime")
}

fn command(project: &Project, options: &Options, port: u16, notebooks: &Path, lesson: &str) -> Command {
    let folder = jupyter_folder(project);
    let mut command = Command::new(project.python());
    command
        .args([
            "-m",
            "jupyterlab",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port_retries=0",
            "--log-level=WARN",
        ])
        .arg(format!("--ServerApp.port={port}"))
        .arg(option("--ServerApp.root_dir=", notebooks))
        // A kernel that has not answered after this is given up, and its cells wait for ever. Jupyter's own 60 s are
        // short for a slow machine that does other things too.
        .arg("--MappingKernelManager.kernel_info_timeout=300")
        // A lesson that nobody has looked at for this long gives its memory back. A tab that is open keeps its kernel, and
        // so does a cell that runs.
        .args(forgets(FORGOTTEN, 60))
        .arg(format!("--LabApp.default_url=/lab/tree/{lesson}"))
        // The Python kernel that comes with JupyterLab is no part of the course.
        .args([
            "--KernelSpecManager.allowed_kernelspecs=rust",
            "--MultiKernelManager.default_kernel_name=rust",
        ])
        .current_dir(notebooks)
        .stdin(Stdio::null());
    if options.no_browser {
        command.arg("--no-browser");
    }
    if is_root() {
        command.arg("--allow-root");
    }
    for (name, place) in [
        ("JUPYTER_CONFIG_DIR", "config"),
        ("JUPYTER_DATA_DIR", "data"),
        ("JUPYTER_RUNTIME_DIR", "runtime"),
        ("JUPYTERLAB_SETTINGS_DIR", "settings"),
        ("JUPYTERLAB_WORKSPACES_DIR", "workspaces"),
        ("IPYTHONDIR", "ipython"),
    ] {
        command.env(name, folder.join(place));
    }
    for name in
        ["JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTER_TOKEN", "PYTHONHOME", "PYTHONPATH"]
    {
        command.env_remove(name);
    }
    command.env("JUPYTER_PREFER_ENV_PATH", "1").env("PYTHONNOUSERSITE", "1");
    command
}

/// What has Jupyter's server end kernels that nobody has been connected to, and that were idle, for so many seconds; it
/// looks every so many.
pub fn forgets(after: u32, every: u32) -> [String; 3] {
    [
        format!("cull_idle_timeout={after}"),
        format!("cull_interval={every}"),
        "cull_connected=False".to_owned(),
    ]
    .map(|option| format!("--MappingKernelManager.{option}"))
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}

/// Waits until JupyterLab listens; nothing when it ended instead.
fn started(project: &Project, jupyter: &mut Group) -> Result<Option<Server>> {
    let file = runtime_folder(project).join(format!("jpserver-{}.json", jupyter.child().id()));
    loop {
        // Written by Jupyter in one go, but read perhaps in the middle.
        if let Some(server) = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
            return Ok(Some(server));
        } else if is_stopped() {
            jupyter.wait()?;
            bail!(Interrupted);
        } else if jupyter.ended().is_some() {
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// The file name of the lesson that `wanted` begins, without its folder.
fn lesson(notebooks: &Path, wanted: Option<&str>) -> Result<String> {
    let mut lessons = Vec::new();
    for (path, is_folder) in files::entries(notebooks)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_folder && name.ends_with(".ipynb") {
            lessons.push(name);
        }
    }
    let Some(wanted) = wanted else {
        return lessons.into_iter().next().context("there is no lesson in notebooks/");
    };
    let begin = Path::new(wanted).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let known = lessons.join(", ");
    let found = lessons.into_iter().find(|name| name.starts_with(&begin) && !begin.is_empty());
    found.with_context(|| format!("there is no lesson {wanted:?}; there are: {known}"))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn free_port() -> Result<u16> {
    let usual = (USUAL_PORT..USUAL_PORT + 100).find(|port| is_free(*port));
    usual.context("no port from 8888 to 8987 is free: choose another with --port")
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
