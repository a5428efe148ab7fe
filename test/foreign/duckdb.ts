import { DuckDBInstance } from '@duckdb/node-api'

/** Runs a query in DuckDB, which may name files of the working directory, and prints its rows as JSON. */
const [query = ''] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
const reader = await connection.runAndReadAll(query)
console.log(JSON.stringify(reader.getRowObjectsJson()))
connection.closeSync()
instance.closeSync()
