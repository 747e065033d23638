//! Exercises judged from what was measured, three hints in turn, and the map of the course with what is completed.
//!
//! | file | holds |
//! |---|---|
//! | `exercise` | [`exercise`]: from conditions on measurements to a [`Verdict`] |
//! | `progress` | what the learner has tried, passed and completed, in a file |
//! | `course` | [`course`] and [`complete`]: the map of the lessons that are there |

mod course;
mod exercise;
mod progress;

pub use course::{Course, complete, course};
pub use exercise::{Exercise, Verdict, exercise};
