//! The `cargo lab` command: sets timelanes up, opens JupyterLab, checks lessons on the real kernel.
//!
//! | module | holds |
//! |---|---|
//! | [`project`] | where everything lies: checkout, `.venv`, cache folder |
//! | [`setup`] | what has to be there before a lesson runs, step by step |
//! | [`kernel`] | one running kernel: its warm folder, its process, its clean-up |
//! | [`open`] | JupyterLab on the first lesson |
//! | [`doctor`] | what is there, what is missing, what mends it |
//! | [`clean`] | takes away what set-up added |
//! | [`check`] | validates lessons and runs them |

pub mod check;
pub mod clean;
pub mod doctor;
pub mod kernel;
pub mod open;
pub mod process;
pub mod project;
pub mod setup;
