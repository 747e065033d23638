// Tokio has a worker for each core, and here nobody else is held up.
let choices = ["async", "async", "processes"]; // for sensors, photos, library
let mut library = jobs(12, None, 100_000);
library[7].crashes = true;
let customers = choose::matrix(&TOOLS)
    .row("sensors", choices[0], &io)
    .row("photos", choices[1], &cpu)
    .row("library", choices[2], &library)
    .measure_choices()?;
customers.figure()
