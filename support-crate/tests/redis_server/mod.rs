//! A real Redis server for a test: on a free port, in a folder of its own, each write on the disk before it is answered.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use timelanes::queue::Redis;

/// A server; killed, and its folder removed, when it is dropped.
pub struct Server {
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Server {
    /// None where no Redis is installed.
    pub fn start() -> Option<Self> {
        Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().ok()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("timelanes-redis-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let process = serve(&folder, port, "unlimited");
        let server = Self { folder, port, process };
        server.answers();
        Some(server)
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Whether it is there, after waiting for it for a while.
    pub fn answers(&self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if Redis::new(&self.address()).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Sends it a command by Redis' own program.
    pub fn tell(&self, command: &[&str]) -> String {
        let mut client = Command::new("redis-cli");
        let output = client.args(["-p", &self.port.to_string()]).args(command).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Kills it as a power cut would, does `meanwhile` to the file of its writes, and starts it again; it may then write
    /// files of so many blocks of 512 bytes.
    pub fn power_cut(&mut self, most_blocks: &str, meanwhile: impl FnOnce(&fs::File)) {
        let _ = (self.process.kill(), self.process.wait());
        let files = fs::read_dir(self.folder.join("appendonlydir")).unwrap();
        let path = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path();
        let writes = files.map(path).find(|path| path.to_string_lossy().ends_with(".incr.aof")).unwrap();
        meanwhile(&fs::File::options().write(true).open(writes).unwrap());
        self.process = serve(&self.folder, self.port, most_blocks);
    }
}

fn serve(folder: &std::path::Path, port: u16, most_blocks: &str) -> Child {
    let options = "--bind 127.0.0.1 --save '' --appendonly yes --appendfsync always";
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -f {most_blocks}; exec redis-server --port {port} {options}")]);
    shell
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = (self.process.kill(), self.process.wait());
        let _ = fs::remove_dir_all(&self.folder);
    }
}
