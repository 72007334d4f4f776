"""bench/langswarm.py CHECKOUT FILE: LangSwarm's own loading of a configuration, for bench/langswarm.

CHECKOUT holds langswarm/core/config and langswarm/core/errors of that project; its parent packages may be empty. The parts
that work are called as its `load()` would: read and substitute, parse, merge, build the objects, validate. With a third
word, "base", nothing is loaded: what the process costs anyway. Prints milliseconds of loading and KiB of peak memory.
"""
import logging
import os
import pathlib
import resource
import sys
import time

for name in ("OPENAI", "ANTHROPIC", "GOOGLE", "GEMINI", "COHERE", "MISTRAL"):
    os.environ.setdefault(name + "_API_KEY", "set")
logging.disable(logging.CRITICAL)
sys.path.insert(0, sys.argv[1])
from langswarm.core.config.loaders import ConfigurationLoader  # noqa: E402
from langswarm.core.config.schema import LangSwarmConfig  # noqa: E402
from langswarm.core.config.validation import ConfigurationValidator  # noqa: E402

begin = time.perf_counter()
if len(sys.argv) < 4:
    path = pathlib.Path(sys.argv[2])
    loader = ConfigurationLoader()
    raw = loader._load_yaml_file(path)
    config = LangSwarmConfig.from_dict(loader._process_configuration(raw, path.parent))
    ConfigurationValidator().validate(config)
print(round((time.perf_counter() - begin) * 1000, 3), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
