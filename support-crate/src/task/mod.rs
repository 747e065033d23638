//! Futures on Tokio, recorded poll by poll (lessons 12 and 13).
