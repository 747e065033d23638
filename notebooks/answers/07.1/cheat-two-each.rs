// Two guests each instead of three: then lockstep comes to 2.
// says: ends after 8 steps
let my_schedule = "ada bob ada bob ada bob ada bob";
drawn(adding(2, 2).under(my_schedule)).figure()
