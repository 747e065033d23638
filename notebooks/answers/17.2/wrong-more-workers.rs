// "Two threads are not enough."
// says: interpreters at work: 1,
const MINE: &str = r#"
from concurrent.futures import ThreadPoolExecutor
from lanes import ERRANDS, errand

if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=8) as pool:
        print(sum(pool.map(errand, ERRANDS)))
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
