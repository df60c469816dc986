# Short names for what run_pos.py does; each sets up by itself what it needs.
.PHONY: demo test nightly bench format lock pictures

demo:
	./run_pos.py demo

test:
	./run_pos.py test

# The tests, with what goes by numbers done far more often: 1,000 kills among it.
nightly:
	./run_pos.py test --nightly

bench:
	./run_pos.py bench

format:
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .

pictures:
	./run_pos.py pictures

# Renew the locks; needs uv.
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet

lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock
	$(LOCK) pyproject.toml --extra postgresql -o requirements-postgresql.lock
	$(LOCK) pyproject.toml --extra browser -o requirements-browser.lock
	printf 'pyscard\nsetuptools\nswig\nwheel\n' | $(LOCK) - --no-binary pyscard -o requirements-pcsc.lock
