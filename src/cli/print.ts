/**
 * Prints what a command was asked for. Whoever closes the pipe has read enough: the command goes on, since its exit code counts.
 * Where it can be written nowhere, on a full disk, the command ends with 2.
 */
export function print(text: string): void {
  const { stdout } = process
  // Without a listener the error would end the process with its stack, and with a code that means something else.
  if (stdout.listenerCount('error') === 0) stdout.on('error', endUnlessClosed)
  stdout.write(text)
}

function endUnlessClosed({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') return
  process.stderr.write(`Standard output cannot be written (${code}).\n`)
  process.exit(2)
}
