// The library is not called on what it crashes on.
// says: the library is to crash on number 7
let choices = ["async", "rayon", "rayon"]; // for sensors, photos, library
let mut library = jobs(12, None, 100_000);
library[7].crashes = false;
let customers = choose::matrix(&TOOLS)
    .row("sensors", choices[0], &io)
    .row("photos", choices[1], &cpu)
    .row("library", choices[2], &library)
    .measure_choices()?;
customers.figure()
