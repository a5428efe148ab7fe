/**
 * Prints the output of a command. If the reader closes the pipe, it has read enough: the command goes on, since its exit code
 * counts. If the output cannot be written, as on a full disk, the command ends with 2.
 */
export function print(text: string): void {
  const { stdout } = process
  // Without a listener the error would end the process with its stack, and with an exit code of another meaning.
  if (stdout.listenerCount('error') === 0) stdout.on('error', endUnlessClosed)
  stdout.write(text)
}

function endUnlessClosed({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') return
  process.stderr.write(`Standard output cannot be written (${code}).\n`)
  process.exit(2)
}
