//! What has to be there before a lesson runs, one step a file, in an order that fails early.
//!
//! | step | makes |
//! |---|---|
//! | [`toolchain`] | looks for Rust, adds its component `rust-src` |
//! | [`python`] | `.venv` with JupyterLab, by [`uv`] or pip |
//! | [`spec`] | the kernel spec in `.venv` |
//! | [`sources`] | a pruned copy of the standard library's sources |
//! | [`evcxr`] | the kernel itself |
//! | [`warm`] | the folder in which the support crate is built already |
//! | [`node`] | Node.js for lesson 17, where the machine has none |
//!
//! Each step can tell quickly whether its piece is there and whole. Nothing half-made ever looks whole, so set-up
//! can be stopped anywhere and goes on from there.

pub mod evcxr;
pub mod fault;
pub mod files;
pub mod lock;
pub mod node;
pub mod outline;
pub mod progress;
pub mod python;
pub mod sources;
pub mod spec;
pub mod toolchain;
pub mod uv;
pub mod warm;

use std::fmt;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::process::Stoppable;
use crate::project::Project;
use lock::Lock;
use toolchain::Toolchain;

/// A checkout and the Rust it is used with: every step is for one such pair.
#[derive(Debug, Clone)]
pub struct Place {
    /// The checkout and the cache.
    pub project: Project,
    /// The Rust.
    pub toolchain: Toolchain,
}

impl Place {
    /// The place of `project`, with the Rust that is current in it.
    ///
    /// # Errors
    /// When there is no Rust.
    pub fn of(project: &Project) -> Result<Self> {
        Ok(Self { project: project.clone(), toolchain: Toolchain::find(project.root())? })
    }
}

/// Whether what a step makes is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// There and whole: which, or where.
    There(String),
    /// Not there, or not whole.
    Missing,
    /// There, but of no use any more: why.
    OutOfDate(String),
}

/// One piece of the set-up.
pub trait Step: fmt::Debug {
    /// What it makes, in a few words.
    fn name(&self) -> &'static str;

    /// The command that mends it.
    fn remedy(&self) -> &'static str {
        "cargo lab setup"
    }

    /// Whether it is there and whole; quick.
    fn state(&self, place: &Place) -> State;

    /// Makes it, whatever of it is there already.
    ///
    /// # Errors
    /// When it cannot be made. What is needed to go on next time stays; nothing looks whole that is not.
    fn make(&self, place: &Place) -> Result<()>;
}

/// The lock of a set-up that is under way, in the cache and in the checkout's state.
pub const LOCK: &str = "setup.lock";

/// All steps, in order: those that can fail at once come before those that take minutes.
pub fn steps() -> [&'static dyn Step; 8] {
    [
        &toolchain::Rust,
        &toolchain::RustSrc,
        &python::Python,
        &spec::Spec,
        &sources::Sources,
        &evcxr::Evcxr,
        &warm::Warm,
        &node::Node,
    ]
}

/// How many of the steps JupyterLab needs: a lesson can be read while the others are made.
const TO_READ: usize = 4;

/// Makes whatever is missing, and says in one line when nothing is.
///
/// # Errors
/// When something cannot be made; the error says what to do, and the next run goes on from there.
pub fn run(project: &Project) -> Result<()> {
    let _stoppable = Stoppable::new();
    make_missing(project, &steps()).map_err(fault::advise)
}

/// Makes what is needed to read a lesson in JupyterLab; whether anything else is still missing.
///
/// # Errors
/// As for [`run`].
pub fn run_to_read(project: &Project) -> Result<bool> {
    let _stoppable = Stoppable::new();
    let place = Place::of(project)?;
    if missing(&place, &steps()[..TO_READ]).next().is_some() || missing(&place, &steps()).next().is_none() {
        make_missing(project, &steps()[..TO_READ]).map_err(fault::advise)?;
    }
    Ok(missing(&place, &steps()).next().is_some())
}

fn make_missing(project: &Project, steps: &[&'static dyn Step]) -> Result<()> {
    let start = Instant::now();
    project.check_cache()?;
    let place = Place::of(project)?;
    if missing(&place, steps).next().is_none() {
        eprintln!("everything is set up ({:.2} s)", start.elapsed().as_secs_f64());
        return Ok(());
    }
    let _state = Lock::take(&project.state(), LOCK)?;
    progress::tell(project.cache());
    let (own, shared) = steps.split_at(TO_READ);
    make(&place, own)?;
    if missing(&place, shared).next().is_some() {
        // These are for all checkouts, and take minutes.
        let _cache = Lock::take(project.cache(), LOCK)?;
        make(&place, shared)?;
    }
    eprintln!("set up in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Looks at the steps one by one: another `cargo lab` may have made one meanwhile, or an earlier step outdated it.
fn make(place: &Place, steps: &[&'static dyn Step]) -> Result<()> {
    steps
        .iter()
        .filter(|step| !matches!(step.state(place), State::There(_)))
        .try_for_each(|step| step.make(place).with_context(|| format!("{} could not be set up", step.name())))
}

/// What a kernel cannot start without and is not there yet, if anything.
pub fn missing_for_kernel(place: &Place) -> Option<&'static str> {
    let needed: [&dyn Step; 2] = [&evcxr::Evcxr, &warm::Warm];
    needed.into_iter().find(|step| step.state(place) == State::Missing).map(|step| step.name())
}

fn missing<'a>(
    place: &'a Place,
    steps: &'a [&'static dyn Step],
) -> impl Iterator<Item = &'a &'static dyn Step> {
    steps.iter().filter(move |step| !matches!(step.state(place), State::There(_)))
}
