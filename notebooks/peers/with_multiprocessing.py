"""multiprocessing: a process for each errand, each with an interpreter and a GIL of its own."""
import multiprocessing
from lanes import ERRANDS, errand

if __name__ == "__main__":
    with multiprocessing.Pool(len(ERRANDS)) as pool:
        print(sum(pool.map(errand, ERRANDS, chunksize=1)))
        pool.close()
        pool.join()
