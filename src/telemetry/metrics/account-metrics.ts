import { Counter, Gauge, type Registry } from 'prom-client'
import type { Account } from '../../account.ts'
import { defaultAccount } from './request-metrics.ts'

/** Shows the state of accounts when metrics are read. Each is shown until its result is disposed of. */
export function showAccounts(registry: Registry): (account: Account) => Disposable {
  const accounts = new Set<Account>()
  const registers = [registry]
  const labelNames = ['provider', 'account'] as const
  new Gauge({
    name: 'isotherm_upstream_quota_left',
    help: "Calls that a vendor's scarcest known quota has left.",
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const { provider, account, quotaLeft } of statesOf(accounts))
        if (quotaLeft !== null) this.set({ provider, account }, quotaLeft)
    },
  })
  new Gauge({
    name: 'isotherm_upstream_configured',
    help: '1 for a provider that is configured, by its status.',
    labelNames: [...labelNames, 'status'],
    registers,
    collect() {
      this.reset()
      for (const { provider, account, status } of statesOf(accounts))
        this.set({ provider, account, status }, status === 'NOT_CONFIGURED' ? 0 : 1)
    },
  })
  new Gauge({
    name: 'isotherm_upstream_breaker_state',
    help: "1 for the state that a provider's breakers are in: closed, open or half_open.",
    labelNames: [...labelNames, 'state'],
    registers,
    collect() {
      this.reset()
      for (const { provider, account, breaker } of statesOf(accounts))
        for (const state of breakerStates)
          this.set({ provider, account, state: state.toLowerCase() }, state === breaker ? 1 : 0)
    },
  })
  new Counter({
    name: 'isotherm_upstream_drift_total',
    help: 'Differences between responses and their documentation, in the responses that were compared.',
    labelNames: [...labelNames, 'route', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const { provider, account, drift } of statesOf(accounts))
        for (const { endpoint, kind, count } of drift)
          this.inc({ provider, account, route: endpoint, kind: kind.toLowerCase() }, count)
    },
  })
  return account => {
    accounts.add(account)
    return { [Symbol.dispose]: () => void accounts.delete(account) }
  }
}

const breakerStates = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const

function statesOf(accounts: Iterable<Account>) {
  return [...accounts].flatMap(({ id = defaultAccount, providers }) =>
    providers.map(({ name, status, health, quotaLeft }) => ({
      provider: name,
      account: id,
      status,
      quotaLeft,
      breaker: health.breaker.state,
      drift: health.drift.entries,
    })),
  )
}
