/** A body that is no text of ours; the message ends a sentence that starts with who answered. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}
