/** What stands in GraphiQL's place where it could not ask anything. */
export function documentsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Isotherm</title>
<p>This server answers the documents of its manifest alone (ISOTHERM_DOCUMENT_MODE=refuse), so there is no GraphiQL here.</p>
</html>
`
}
