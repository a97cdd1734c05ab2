# idpond: `make run` starts the server, `make test` runs every test.
.PHONY: run test bench generate fuzz

run: ## start on ./data and http://localhost:9229
	go run .

test: ## install what the tests need and run all of them
	tools/test/run.sh

bench: ## every hot path beside its limit
	go test -run '^$$' -bench . -benchmem ./...

generate: ## everything that is generated and committed
	go generate ./...

fuzz: ## each fuzz target for FUZZTIME (10s)
	tools/test/fuzz.sh
