/** The limits of each of the vendor's plans (its help page on rate limits). */
export const zenovayPlans = {
  pro: { perMinute: 30, perMonth: 10_000 },
  scale: { perMinute: 60, perMonth: 100_000 },
  enterprise: { perMinute: 120, perMonth: 1_000_000 },
} as const

export type ZenovayPlan = keyof typeof zenovayPlans

export const zenovayPlanNames = ['pro', 'scale', 'enterprise'] as const satisfies readonly ZenovayPlan[]
