// "Processes, and one of them is enough: it is another interpreter."
// says: both are to be under way at the same time
const MINE: &str = r#"
from concurrent.futures import ProcessPoolExecutor
from lanes import ERRANDS, errand

if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=1) as pool:
        print(sum(pool.map(errand, ERRANDS)))
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
