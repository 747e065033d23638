//! The public event format: a timeline as a trace that Perfetto and chrome://tracing open, and traces of programs that
//! are not ours as a timeline.
//!
//! The format is the JSON [Trace Event Format](https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU):
//! an array of events, or an object with one under `traceEvents`. Any program can write it, a line at a time:
//!
//! ```text
//! [
//! {"ph":"M","name":"thread_name","pid":7,"tid":8,"args":{"name":"ada"}},
//! {"ph":"X","name":"mixes","cat":"running","pid":7,"tid":8,"ts":5000123.4,"dur":250.0},
//! ```
//!
//! Times are microseconds of `CLOCK_MONOTONIC`, the clock that all processes of a machine share: in Python
//! `time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e3`, in Node.js `Number(process.hrtime.bigint()) / 1e3`.
//!
//! | phase | here |
//! |---|---|
//! | `X`, `B` and `E` | a span in the lane of its thread |
//! | `b`, `n` and `e` | a span, or a mark, in a lane of its category and id, for what shares a thread |
//! | `i`, `I`, `R` | a mark |
//! | `s`, `t`, `f` | an arrow between the lanes of two threads; its kind is `args.kind` |
//! | `C` | a counter; the name of its value is its unit |
//! | `M` | names of threads and processes; `args.kind` says what kind of lane it is |
//!
//! What a span was doing is its category where that is an [activity](crate::timeline::Activity)'s word, or
//! `args.activity`; otherwise it was running. `args.lock` names the lock that a blocked span wants, `args.core` the core it
//! began on. What is written here also has `args.lane`, the lane's number, by which it is read back as it was.
//!
//! | file | holds |
//! |---|---|
//! | `write` | [`Timeline::write_trace`](crate::timeline::Timeline::write_trace) |
//! | `read` | [`Timeline::read_trace`](crate::timeline::Timeline::read_trace) |
//! | `lanes` | spans from events, lane by lane |
//! | `scan` | events from a file, whatever is broken between them |

mod lanes;
mod read;
mod scan;
mod write;
