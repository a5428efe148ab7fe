import fc from 'fast-check'

/** Zones that change their clocks, in whole and half hours, at midnight and by a whole day, and some that never do. */
export const zones = fc.constantFrom(
  'Europe/London',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'America/Havana',
  'Pacific/Apia',
  'Africa/Casablanca',
  'UTC',
)

/** 1990 to 2039. */
export const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2039, 11, 31) })

export const wholeHourZones = fc.constantFrom(
  'Europe/London',
  'America/New_York',
  'Asia/Tokyo',
  'Africa/Casablanca',
  'UTC',
)
