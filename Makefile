# Short names for `dev`; it works without make.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: demo run test check bench stop format hooks lock openapi schema

demo run test check stop:
	@python3 dev $@ $(ARGS)

bench:
	@python3 dev bench $(NAME) $(ARGS)

format:
	@.venv/bin/ruff format . dev
	@.venv/bin/ruff check --fix . dev

hooks:
	@pre-commit install

lock:
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

openapi:
	@python3 dev manage spectacular --validate --fail-on-warn --file docs/openapi.yaml

schema:
	@.venv/bin/python -m ingestion.parsers.schema > docs/documento.schema.json.new
	@mv docs/documento.schema.json.new docs/documento.schema.json
