import { CostSum } from './cost-sum.js'
import { element } from './elements.js'

/** The costs of several answers in one line. */
export class Cost {
  #sum = new CostSum()
  line = element('p', { class: 'cost quiet' })

  /** @param {import('./graph.js').Answer} answer */
  add(answer) {
    this.#sum.add(answer)
    this.line.replaceChildren(this.#sum.text)
  }
}
