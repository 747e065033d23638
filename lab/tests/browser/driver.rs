//! A headless Chromium and its WebDriver: the few calls of the W3C's protocol that are needed here.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lab::process::Group;
use serde_json::{Value, json};

use super::heard;
use super::leftovers::Mark;

/// The key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const WIDTH: u64 = 1280;
/// No call takes longer, unless the browser hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The browser and its driver.
pub struct Programs {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Programs {
    /// Looks on PATH.
    pub fn find() -> Option<Self> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)?;
        Some(Self { chromium, driver: on_path("chromedriver")? })
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A browser with one page; it ends with this value.
pub struct Browser {
    /// Ended by its drop, after the session.
    _driver: Group,
    agent: ureq::Agent,
    session: String,
}

impl Browser {
    /// Starts both with a new user's folder in `folder`.
    pub fn start(programs: &Programs, folder: &Path, mark: &Mark) -> Self {
        let mut command = Command::new(&programs.driver);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = Group::spawn(mark.on(&mut command)).expect("chromedriver starts");
        let port = heard::wait_for(&mut driver, |line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says its port");

        let config = ureq::Agent::config_builder().timeout_global(Some(LIMIT)).http_status_as_error(false);
        let mut browser = Self { _driver: driver, agent: config.build().into(), session: String::new() };
        let options = json!({
            "binary": programs.chromium,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--hide-scrollbars", format!("--window-size={WIDTH},1000"),
                format!("--user-data-dir={}", folder.join("chromium").display()),
            ],
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options, "unhandledPromptBehavior": "accept" } } });
        let server = format!("http://127.0.0.1:{port}/session");
        let made = browser.post(&server, &wanted).expect("a session of the browser");
        let id = made["sessionId"].as_str().expect("a session has an id");
        browser.session = format!("{server}/{id}");
        browser
    }

    /// Loads a page.
    pub fn go(&self, address: &str) {
        self.post(&format!("{}/url", self.session), &json!({ "url": address })).expect("the page is loaded");
    }

    /// What the body of a function in the page returns; `arguments` are its arguments.
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        let call = json!({ "script": body, "args": arguments });
        self.post(&format!("{}/execute/sync", self.session), &call).expect("the script runs in the page")
    }

    /// Clicks the first element with this CSS selector, as a mouse would; an error while it is not there, or covered.
    pub fn click(&self, selector: &str) -> Result<(), String> {
        let element = self.element(selector)?;
        self.post(&format!("{}/element/{element}/click", self.session), &json!({})).map(drop)
    }

    /// A picture of the first element with this CSS selector, as PNG.
    pub fn picture(&self, selector: &str) -> Vec<u8> {
        let element = self.element(selector).expect("what is to be pictured is there");
        let picture = self.get(&format!("{}/element/{element}/screenshot", self.session)).expect("a picture");
        BASE64_STANDARD.decode(picture.as_str().expect("pictures are text")).expect("pictures come in base64")
    }

    /// Makes the window this high.
    pub fn set_height(&self, height: u64) {
        let size = json!({ "width": WIDTH, "height": height });
        self.post(&format!("{}/window/rect", self.session), &size).expect("the window can be resized");
    }

    fn element(&self, selector: &str) -> Result<String, String> {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.post(&format!("{}/element", self.session), &wanted)?;
        found[ELEMENT].as_str().map(str::to_owned).ok_or_else(|| format!("no element in {found}"))
    }

    fn post(&self, address: &str, body: &Value) -> Result<Value, String> {
        answer(self.agent.post(address).send_json(body))
    }

    fn get(&self, address: &str) -> Result<Value, String> {
        answer(self.agent.get(address).call())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; the driver alone is killed.
        if !self.session.is_empty() {
            let _ = self.agent.delete(&self.session).call();
        }
    }
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, String> {
    let mut response = response.map_err(|error| error.to_string())?;
    let is_success = response.status().is_success();
    // Pictures of whole pages are large.
    let body = response.body_mut().with_config().limit(256 << 20).read_json::<Value>();
    let mut body = body.map_err(|error| error.to_string())?;
    let value = body["value"].take();
    if is_success { Ok(value) } else { Err(format!("{}: {}", value["error"], value["message"])) }
}
