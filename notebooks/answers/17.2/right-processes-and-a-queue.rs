// "A process for each errand, and a queue for what they come to."
const MINE: &str = r#"
from multiprocessing import Process, Queue
from lanes import ERRANDS, errand

def work(number, sums):
    sums.put(errand(number))

if __name__ == "__main__":
    sums = Queue()
    workers = [Process(target=work, args=(number, sums)) for number in ERRANDS]
    for worker in workers: worker.start()
    print(sum(sums.get() for _ in workers))
    for worker in workers: worker.join()
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
