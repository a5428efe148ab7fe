/** Shown instead of GraphiQL if only documents of the manifest are allowed. */
export function documentsPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Isotherm</title>
<p>This server only answers the documents of its manifest (ISOTHERM_DOCUMENT_MODE=refuse), so there is no GraphiQL here.</p>
</html>
`
}
