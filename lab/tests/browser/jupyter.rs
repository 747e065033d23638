//! JupyterLab, started by `lab open` as a learner starts it, on a copy of the lessons.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lab::process::{self, Group};
use lab::project::Project;
use lab::setup::files;
use serde_json::Value;

use super::heard;
use super::leftovers::Mark;

/// How long JupyterLab may take to end with its kernels when it is asked to.
const GRACE: Duration = Duration::from_secs(20);

/// A running JupyterLab; it ends with this value.
pub struct JupyterLab {
    process: Group,
    /// Its address without the path.
    origin: String,
    token: String,
    notebooks: PathBuf,
}

impl JupyterLab {
    /// Copies the lessons of `project` into `folder`, starts Lab on them, and waits for its address.
    pub fn start(project: &Project, folder: &Path, mark: &Mark) -> Self {
        let (notebooks, state) = (folder.join("notebooks"), folder.join("state"));
        files::copy_folder(&project.notebooks(), &notebooks, &|path| !path.ends_with(".ipynb_checkpoints"))
            .expect("the lessons can be copied");
        // Cells outside the window would otherwise not be drawn, nor measured; and a page ends where its text ends.
        let settings = state.join("jupyter/settings/@jupyterlab/notebook-extension");
        fs::create_dir_all(&settings).expect("a folder for Lab's settings");
        fs::write(
            settings.join("tracker.jupyterlab-settings"),
            r#"{"windowingMode": "none", "scrollPastEnd": false}"#,
        )
        .expect("Lab's settings can be written");

        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command
            .args(["open", "--no-browser", "--port", &free_port().to_string(), "--notebooks"])
            .arg(&notebooks)
            .current_dir(project.root())
            .env("TIMELANES_STATE", &state)
            .env("TIMELANES_CACHE", project.cache())
            // It would outlive JupyterLab, and this test looks for what does.
            .env("TIMELANES_STANDBY", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = Group::spawn(mark.on(&mut command)).expect("lab starts");
        let address =
            heard::wait_for(&mut process, |line| Some(format!("http://{}", line.split_once("http://")?.1)));
        let address = address.expect("lab says where JupyterLab is");
        let (place, token) = address.trim().split_once("?token=").expect("the address holds the token");
        let origin = place.split("/lab").next().expect("Lab's path").to_owned();
        Self { process, origin, token: token.to_owned(), notebooks }
    }

    /// The file names of the lessons, in order.
    pub fn lessons(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.notebooks).expect("the copies are there").flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".ipynb")).collect();
        names.sort();
        names
    }

    /// The cells of a lesson, as its file has them.
    pub fn cells(&self, lesson: &str) -> Vec<Value> {
        let text = fs::read(self.notebooks.join(lesson)).expect("the copy can be read");
        let mut notebook: Value = serde_json::from_slice(&text).expect("a notebook is JSON");
        serde_json::from_value(notebook["cells"].take()).expect("a notebook has cells")
    }

    /// Where a browser sees the lesson.
    pub fn address(&self, lesson: &str) -> String {
        format!("{}/lab/tree/{lesson}?reset&token={}", self.origin, self.token)
    }

    /// Ends every kernel.
    pub fn shut_down_kernels(&self) {
        let token = format!("token {}", self.token);
        let sessions = format!("{}/api/sessions", self.origin);
        let answer = ureq::get(&sessions).header("Authorization", &token).call();
        let open: Vec<Value> =
            answer.expect("Lab answers").body_mut().read_json().expect("a list of sessions");
        for id in open.iter().filter_map(|session| session["id"].as_str()) {
            let ended = ureq::delete(&format!("{sessions}/{id}")).header("Authorization", &token).call();
            ended.expect("Lab ends a kernel");
        }
    }
}

impl Drop for JupyterLab {
    fn drop(&mut self) {
        process::terminate(self.process.child().id());
        let start = Instant::now();
        while self.process.ended().is_none() && start.elapsed() < GRACE {
            thread::sleep(Duration::from_millis(50));
        }
        // What is still there is killed by the group's own drop.
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("a listener has an address").port()
}
