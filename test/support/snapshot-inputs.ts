/** The change of a snapshot on the vendor's page, and its creation. */
export const change = {
  eventId: '11111111-2222-3333-4444-555555555555',
  isDeviceTypeSelectedByUser: false,
  sessionId: 'string',
  start: 0,
  viewId: 'string',
}
export const creation = {
  ...change,
  applicationId: 'aaaaaaaa-1111-2222-3333-bbbbbbbbbbbb',
  deviceType: 'desktop',
  name: 'My Snapshot',
  viewName: '/home',
}
