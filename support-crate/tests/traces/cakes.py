"""Bakes two cakes, one of them in a thread of its own, under VizTracer."""

import threading
import time

from viztracer import VizTracer


def mix(bowl):
    return sum(range(bowl))


def bake(minutes):
    time.sleep(minutes / 100)


def baker():
    mix(2000)
    bake(2)


options = {"min_duration": 40, "file_info": False, "verbose": 0}
with VizTracer(output_file="viztracer.json", **options) as tracer:
    tracer.log_instant("the shop opens")
    tracer.log_var("cakes", 0)
    ada = threading.Thread(target=baker, name="ada")
    ada.start()
    baker()
    ada.join()
    tracer.log_var("cakes", 2)
