#!/bin/bash -eu
# A program for each target, and an archive of the inputs that it begins with. The base image has Atheris.
cd "$SRC/aws-login-scan"
python3 -m pip install --require-hashes --only-binary :all: --requirement requirements.txt
python3 -m pip install --no-deps .

python3 -m fuzz.oss_fuzz "$WORK/targets"
for script in "$WORK"/targets/fuzz_*.py; do
  name=$(basename "$script" .py)
  compile_python_fuzzer "$script" --paths=. --collect-all=scanner --collect-all=fuzz \
    --add-data=fixtures:fixtures --add-data=tests/cases:tests/cases --add-data=rules:rules
  (cd "$WORK/targets/$name" && zip --quiet --recurse-paths "$OUT/${name}_seed_corpus.zip" .)
done
