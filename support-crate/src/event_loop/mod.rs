//! An event loop of one's own, recorded (lesson 11).
