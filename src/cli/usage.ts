export const usage = `Isotherm: one GraphQL graph over five analytics vendors.

Usage: isotherm [command] [options]

  serve                 serves the graph until SIGTERM or SIGINT; the default
  mcp                   serves tools to the language model that started it, by standard input and output
  doctor [--json]       asks each configured vendor its cheapest question and says what is wrong;
                        exits with 0 if all is well, 1 if something failed, 2 if it could not run
  keys create <caller>  prints a new key and its line for the access file; changes no file
  keys list             lists the keys of the access file (ISOTHERM_ACCESS) with their callers

  export <what>.<format> [options]
                        writes traffic, heatmaps, pages or snapshots as csv, ndjson or parquet to a file (docs/export.md):
                        --location --brand --website --from --to --interval --metrics --types,
                        --formulas escape|keep and --bom true|false (csv), --errors end|rows (csv, parquet),
                        -o, --output <file>, --account <id>, -q, --quiet; exits with 3 if something is missing

  -h, --help            prints this
  -v, --version         prints the version

Settings are environment variables, or lines of a file .env in the working directory: see .env.example.
`
