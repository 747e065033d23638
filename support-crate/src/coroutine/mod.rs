//! Coroutines with a stack of their own, recorded as lanes (lesson 10).
