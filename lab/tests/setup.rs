//! The set-up steps against faults, with stand-ins for Rust, cargo and Python in a world of their own.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lab::project::Project;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

const RUSTC: &str = r#"case "$*" in
*sysroot*) echo "$WORLD/sysroot";;
*) echo "release: 1.95.0"; echo "host: here";;
esac"#;
const CARGO: &str = r#"case "$1" in
install)
    while [ $# -gt 0 ]; do
        [ "$1" = --root ] && root=$2
        [ "$1" = --target-dir ] && target=$2
        shift
    done
    mkdir -p "$root/bin" "$target"
    echo half > "$root/bin/evcxr_jupyter"
    echo run >> "$WORLD/builds"
    if [ -e "$WORLD/slow" ]; then echo $$ > "$WORLD/building"; sleep 60; fi
    printf '#!/bin/sh\necho "this is no kernel" >&2\nexit 1\n' > "$root/bin/evcxr_jupyter"
    chmod +x "$root/bin/evcxr_jupyter";;
esac"#;
const PYTHON: &str = r#"if [ "$1" = -c ]; then cat "$WORLD/python-says"; exit 0; fi
[ "$2" = venv ] || exit 1
mkdir -p "$3/bin"
echo run >> "$WORLD/venvs"
cat > "$3/bin/python" <<'END'
#!/bin/sh
case "$*" in
*"config list") cat "$WORLD/pip-settings";;
*uv==*)
    [ -e "$WORLD/uv" ] || exit 1
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin"
    cat "$WORLD/uv" > "$2/bin/uv"
    chmod +x "$2/bin/uv";;
*)
    echo "$*" >> "$WORLD/pips"
    if [ -e "$WORLD/offline" ]; then echo "Collecting nothing"; echo "ERROR: Network is unreachable" >&2; exit 1; fi;;
esac
END
chmod +x "$3/bin/python""#;
const UV: &str = r#"#!/bin/sh
echo "$SSL_CERT_FILE $UV_LINK_MODE $*" >> "$WORLD/uvs"
if [ -e "$WORLD/slow-uv" ]; then echo $$ > "$WORLD/installing"; sleep 60; fi
[ ! -e "$WORLD/offline" ]
"#;
const TOOLS: [&str; 6] = ["sh", "mkdir", "cat", "chmod", "sleep", "printf"];

/// A checkout, a cache, and programs that only act as if.
struct World {
    folder: TempDir,
    /// Kernels cannot work under a path with a blank.
    cache: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = TempDir::with_prefix("mein Kürs ").unwrap();
        let world = Self { folder, cache: TempDir::with_prefix("Kürs-").unwrap() };
        for (path, text) in [
            ("checkout/support-crate/Cargo.toml", "[package]\nname = \"timelanes\"\n"),
            ("checkout/notebooks/00-start.ipynb", "{}"),
            ("checkout/requirements.txt", "nothing==1\n"),
            ("sysroot/lib/rustlib/src/rust/library/core/src/lib.rs", ""),
            ("python-says", "3.12.1\npython3\nvenv\n"),
            ("pip-settings", "global.cert='/ours.pem'\n:env:.timeout='180'\n"),
        ] {
            world.write(path, text);
        }
        for (name, script) in [("rustc", RUSTC), ("cargo", CARGO), ("python3", PYTHON)] {
            world.program(name, script);
        }
        for tool in TOOLS {
            let found =
                ["/bin", "/usr/bin"].iter().map(|folder| Path::new(folder).join(tool)).find(|it| it.exists());
            // A script and no link: a test that puts another program in its place must not reach the real one.
            world.program(tool, &format!("exec {} \"$@\"", found.unwrap().display()));
        }
        world
    }

    fn path(&self, path: &str) -> PathBuf {
        let folder = if path.starts_with("cache") { &self.cache } else { &self.folder };
        folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        let path = format!("bin/{name}");
        self.write(&path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    fn lab(&self, arguments: &[&str]) -> Command {
        let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
        lab.args(arguments)
            .current_dir(self.path("checkout"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("WORLD", self.folder.path())
            .env("TIMELANES_CACHE", self.path("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        lab
    }

    fn words(&self, arguments: &[&str]) -> String {
        words(&self.lab(arguments).output().unwrap())
    }

    fn start(&self) -> Child {
        self.lab(&["setup"]).spawn().unwrap()
    }

    /// How often a stand-in ran.
    fn count(&self, what: &str) -> usize {
        fs::read_to_string(self.path(what)).unwrap_or_default().lines().count()
    }

    fn kernel(&self) -> PathBuf {
        self.path("cache/kernel-0.22.0-1.95.0/bin/evcxr_jupyter")
    }

    fn wait_for(&self, path: &str) {
        let start = Instant::now();
        while !self.path(path).exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "{path} does not appear");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().try_into().unwrap())
}

#[track_caller]
fn says(words: &str, parts: &[&str]) {
    for part in parts {
        assert!(words.contains(part), "{part:?} is not in:\n{words}");
    }
}

#[test]
fn without_rust_it_says_where_to_get_it() {
    let world = World::new();
    world.remove("bin/rustc");
    says(&world.words(&["setup"]), &["no Rust was found", "https://rustup.rs"]);
}

#[test]
fn without_rust_src_and_rustup_it_says_what_to_install() {
    let world = World::new();
    world.remove("sysroot/lib/rustlib/src/rust/library/core/src/lib.rs");
    says(&world.words(&["setup"]), &["rust-src is missing", "RUST_SRC_PATH"]);
}

#[test]
fn without_rust_src_it_has_rustup_install_it() {
    let world = World::new();
    let library = "sysroot/lib/rustlib/src/rust/library/core/src/lib.rs";
    world.remove(library);
    world.program("rustup", &format!("echo \"$*\" > \"$WORLD/rustup-did\"; echo > \"$WORLD/{library}\""));
    world.words(&["setup"]);
    says(&fs::read_to_string(world.path("rustup-did")).unwrap(), &["component add rust-src"]);
    assert!(world.kernel().exists());
}

#[test]
fn without_python_it_says_what_to_install_and_builds_nothing() {
    let world = World::new();
    world.remove("bin/python3");
    says(&world.words(&["setup"]), &["no Python was found", "3.10"]);
    assert_eq!(world.count("builds"), 0);
}

#[test]
fn a_python_that_is_too_old_is_named() {
    let world = World::new();
    world.write("python-says", "3.8.18\n/usr/bin/python3\nvenv\n");
    says(&world.words(&["setup"]), &["Python 3.8.18 (/usr/bin/python3) is too old", "3.10"]);
}

#[test]
fn a_python_without_venv_is_named_with_debians_package() {
    let world = World::new();
    world.write("python-says", "3.12.1\n/usr/bin/python3\nno venv\n");
    says(&world.words(&["setup"]), &["no module `venv`", "apt install python3-venv"]);
}

#[test]
fn a_python_that_can_install_nothing_is_passed_over_and_what_it_began_is_made_anew() {
    let world = World::new();
    world.write("python-says", "3.12.1\n/usr/bin/python3\nvenv\nno ssl\n");
    says(&world.words(&["setup"]), &["has no module `ssl`"]);
    world.write("python-says", "3.12.1\npython3\nvenv\nssl\n");
    world.write("offline", "");
    world.words(&["setup"]);
    world.remove("offline");
    world.program("python3.13", PYTHON);
    world.write("python-says", "3.13.1\npython3.13\nvenv\nssl\n");
    world.words(&["setup"]);
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           there"]);
    assert_eq!((world.count("venvs"), world.count("pips")), (2, 2));
}

#[test]
fn uv_installs_what_is_required_with_pips_certificates_and_is_gone_afterwards() {
    let world = World::new();
    world.write("uv", UV);
    let output = world.lab(&["setup"]).env("UV_LINK_MODE", "symlink").output().unwrap();
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           there"]);
    let asked = fs::read_to_string(world.path("uvs")).unwrap();
    assert!(asked.starts_with("/ours.pem  pip install --no-config "), "{asked}{}", words(&output));
    let python = format!("--python {} ", world.path("checkout/.venv/bin/python").display());
    assert!(asked.contains(&python) && asked.trim().ends_with("checkout/requirements.txt"), "{asked}");
    assert!(world.count("pips") == 0 && !world.path("checkout/.venv/uv").exists());
}

#[test]
fn what_uv_began_and_did_not_end_is_installed_anew() {
    let world = World::new();
    world.write("uv", UV);
    world.write("slow-uv", "");
    let lab = world.start();
    world.wait_for("installing");
    kill(pid(&lab), Signal::SIGINT).unwrap();
    assert_eq!(lab.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(world.count("pips"), 0, "pip is no way round Ctrl-C");
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           MISSING"]);
    world.remove("slow-uv");
    world.write("offline", "");
    says(&world.words(&["setup"]), &["Network is unreachable"]);
    world.remove("offline");
    world.words(&["setup"]);
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           there"]);
    let asked = |of: &str| fs::read_to_string(world.path(of)).unwrap();
    let uvs: Vec<_> = asked("uvs").lines().map(|line| line.contains("--reinstall")).collect();
    let pips: Vec<_> = asked("pips").lines().map(|line| line.contains("--force-reinstall")).collect();
    assert_eq!((&uvs[..], &pips[..]), (&[false, true, true][..], &[true][..]));
}

#[test]
fn pip_installs_where_uv_is_not_to_be_had_or_fails_or_another_index_is_set() {
    let set_up = |uv: Option<&str>, settings: &str| {
        let world = World::new();
        world.write("pip-settings", settings);
        uv.into_iter().for_each(|script| world.write("uv", script));
        world.words(&["setup"]);
        says(&world.words(&["doctor"]), &["JupyterLab (.venv)           there"]);
        assert!(!world.path("checkout/.venv/uv").exists());
        (world.count("uvs"), world.count("pips"))
    };
    assert_eq!(set_up(None, ""), (0, 1));
    assert_eq!(set_up(Some("#!/bin/sh\nexit 2\n"), ""), (0, 1));
    assert_eq!(set_up(Some("no program"), ""), (0, 1));
    assert_eq!(set_up(Some(UV), "global.index-url='https://pypi.example.org/simple'\n"), (0, 1));
    assert_eq!(set_up(Some(UV), ":env:.extra-index-url='https://pypi.example.org/simple'\n"), (0, 1));
    assert_eq!(set_up(Some(UV), ":env:.cert='/ours.pem'\nglobal.cert='/another.pem'\n"), (0, 1));
    assert_eq!(set_up(Some(UV), ":env:.cert='/ours.pem'\nglobal.cert='/ours.pem'\n"), (1, 0));
    assert_eq!(set_up(Some(UV), "global.find-links='/a\\n/b'\n"), (0, 1));
}

#[test]
fn a_network_lost_in_the_middle_is_named_and_the_next_run_goes_on() {
    let world = World::new();
    world.write("offline", "");
    says(&world.words(&["setup"]), &["Network is unreachable", "What had been fetched is kept"]);
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           MISSING"]);
    world.remove("offline");
    world.words(&["setup"]);
    says(&world.words(&["doctor"]), &["JupyterLab (.venv)           there"]);
    assert_eq!((world.count("venvs"), world.count("pips")), (1, 2), "the half-made .venv is gone on with");
}

#[test]
fn ctrl_c_while_building_ends_the_build_leaves_nothing_that_looks_whole_and_the_next_run_goes_on() {
    let world = World::new();
    world.write("slow", "");
    let lab = world.start();
    world.wait_for("building");
    let builder = fs::read_to_string(world.path("building")).unwrap().trim().parse().unwrap();
    kill(pid(&lab), Signal::SIGINT).unwrap();
    let output = lab.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", words(&output));
    says(&words(&output), &["what was done is kept"]);
    assert!(kill(Pid::from_raw(builder), None).is_err(), "the build has ended");
    assert!(!world.kernel().exists());
    assert!(world.path("cache/build").exists(), "what was compiled is kept");
    world.remove("slow");
    world.words(&["setup"]);
    assert!(world.kernel().exists());
    assert!(!world.path("cache/build").exists());
    assert_eq!(world.count("pips"), 1, "what was done before is not done again");
}

#[test]
fn a_set_up_that_was_killed_leaves_nothing_that_looks_whole() {
    let world = World::new();
    world.write("slow", "");
    let mut lab = world.start();
    world.wait_for("building");
    let builder: i32 = fs::read_to_string(world.path("building")).unwrap().trim().parse().unwrap();
    lab.kill().unwrap();
    lab.wait().unwrap();
    let _ = nix::sys::signal::killpg(Pid::from_raw(builder), Signal::SIGKILL);
    says(&world.words(&["doctor"]), &["Rust kernel (evcxr_jupyter)  MISSING"]);
    world.remove("slow");
    world.words(&["setup"]);
    assert!(world.kernel().exists());
    let left = fs::read_dir(world.path("cache")).unwrap().filter_map(Result::ok);
    let left: Vec<_> =
        left.filter(|it| it.file_name().to_string_lossy().starts_with(".unfinished")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_second_of_two_at_once_waits_and_builds_nothing_again() {
    let world = World::new();
    world.write("slow", "");
    world.program("sleep", "while [ -e \"$WORLD/slow\" ]; do /bin/sleep 0.05; done");
    let first = world.start();
    world.wait_for("building");
    let second = world.start();
    thread::sleep(Duration::from_millis(500));
    world.remove("slow");
    first.wait_with_output().unwrap();
    says(&words(&second.wait_with_output().unwrap()), &["another `cargo lab` is setting up"]);
    assert_eq!(world.count("builds"), 1);
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let world = World::new();
    world.write("cache", "a file where the folder should be");
    says(&world.words(&["setup"]), &["cannot be written", "cache"]);
}

#[test]
fn a_read_only_checkout_is_named_with_what_to_do() {
    let world = World::new();
    let checkout = world.path("checkout");
    fs::set_permissions(&checkout, fs::Permissions::from_mode(0o555)).unwrap();
    // The administrator may write everywhere.
    let is_bound = fs::write(checkout.join("try"), "").is_err();
    let words = world.words(&["setup"]);
    fs::set_permissions(&checkout, fs::Permissions::from_mode(0o755)).unwrap();
    if is_bound {
        says(&words, &["cannot be written", "Use a copy of the checkout"]);
    }
}

#[test]
fn a_kernel_that_does_not_start_is_named_with_its_words() {
    says(&World::new().words(&["setup"]), &["warm folder could not be set up", "this is no kernel"]);
}

#[test]
fn a_moved_checkout_gets_a_new_venv() {
    let world = World::new();
    world.words(&["setup"]);
    fs::rename(world.path("checkout"), world.path("moved")).unwrap();
    let output = world.lab(&["doctor"]).current_dir(world.path("moved")).output().unwrap();
    says(&words(&output), &["JupyterLab (.venv)           OUT OF DATE"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn doctor_names_what_is_missing_and_what_mends_it() {
    let world = World::new();
    let output = world.lab(&["doctor"]).output().unwrap();
    says(
        &words(&output),
        &["Rust                         there        1.95.0", "MISSING      → cargo lab setup"],
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn clean_removes_what_set_up_added_and_nothing_else() {
    let world = World::new();
    world.write("cache/of-somebody-else", "kept");
    world.write("checkout/.timelanes/progress.json", "kept");
    world.words(&["setup"]);
    assert!(world.path("checkout/.venv").exists());
    says(&world.words(&["clean"]), &["removed", "freed", "notebooks and progress are as they were"]);
    for gone in ["checkout/.venv", "cache/kernel-0.22.0-1.95.0", "cache/std-1.95.0"] {
        assert!(!world.path(gone).exists(), "{gone}");
    }
    for kept in
        ["cache/of-somebody-else", "checkout/.timelanes/progress.json", "checkout/notebooks/00-start.ipynb"]
    {
        assert!(world.path(kept).exists(), "{kept}");
    }
    says(&world.words(&["clean"]), &["there was nothing to remove"]);
}

#[test]
fn a_taken_port_and_an_unknown_lesson_are_named_before_anything_is_set_up() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    says(&world.words(&["open", "--port", &port]), &[&format!("port {port} is taken")]);
    says(&world.words(&["open", "99"]), &["there is no lesson \"99\"; there are: 00-start.ipynb"]);
    assert!(!world.path("cache").exists());
}

#[test]
fn a_cache_with_a_blank_in_its_path_is_named_before_anything_is_set_up() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let project = Project::at(root.to_owned(), Some("/tmp/a blank".into())).unwrap();
    let error = lab::setup::run(&project).unwrap_err().to_string();
    assert!(error.contains("/tmp/a blank") && error.contains("TIMELANES_CACHE"), "{error}");
}
