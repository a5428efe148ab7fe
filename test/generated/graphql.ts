/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whole days of each place's own calendar. Weeks begin on Monday. A period that is running ends with today, which is not over yet. */
export type CalendarPeriod =
  /** The month before this one. */
  | 'LAST_MONTH'
  /** The seven days before the Monday of this week. */
  | 'LAST_WEEK'
  /** The year before this one. */
  | 'LAST_YEAR'
  /** From the first of the month to today. */
  | 'THIS_MONTH'
  /** From Monday to today. */
  | 'THIS_WEEK'
  /** From the first of January to today. */
  | 'THIS_YEAR'
  /** Today. */
  | 'TODAY'
  /** The day before today. */
  | 'YESTERDAY';

/** A new snapshot. */
export type CreateSnapshotInput = {
  /** The RUM application. */
  applicationId: string | number;
  /** Such as `desktop`, `mobile` or `tablet`; free text. */
  deviceType: string;
  /** The RUM event that the snapshot shows. */
  eventId: string | number;
  /** True if a person chose the device type; false if it was detected. */
  isDeviceTypeSelectedByUser: boolean;
  /** The name of the snapshot. */
  name: string;
  /** The RUM session. */
  sessionId?: string | number | null | undefined;
  /** Milliseconds from the start of the session; not negative. */
  start: number;
  /** The RUM view. */
  viewId?: string | number | null | undefined;
  /** The view as Datadog names it, such as `/home`. */
  viewName: string;
};

/** Whole days by the calendar of the vendor's project, in the project's own time zone: `from` and `to`, or one of `last`, `period` and `before`, which need that time zone in the catalog. Half-open: `from` is in it, `to` is not. */
export type DayRange = {
  /** The same period before the given one, which must not be a `before` itself, as in `TrafficRange`. */
  before?: DayRange | null | undefined;
  /** The first day; needs `to`. */
  from?: string | null | undefined;
  /** The days up to yesterday by the project's calendar: `P7D`, `P4W`, `P1M`. */
  last?: string | null | undefined;
  /** A period of the project's calendar. */
  period?: CalendarPeriod | null | undefined;
  /** The first day after the range, which is not in it; needs `from`. */
  to?: string | null | undefined;
};

/** The snapshot to delete. */
export type DeleteSnapshotInput = {
  /** Datadog's id of the snapshot. */
  id: string | number;
};

/** What is counted. */
export type HeatAggregation =
  /** Every interaction. */
  | 'TOTAL'
  /** Visitors of each of PostHog's points. A cell adds up its points, so a visitor who used several of them counts several times: an upper bound. They cannot be added up further: `total` is null. */
  | 'UNIQUE_VISITORS';

/** What visitors of a page did. */
export type HeatType =
  /** Clicks and taps. */
  | 'CLICK'
  /** Where the mouse moved. */
  | 'MOUSE_MOVE'
  /** Many clicks on one spot within a moment, as when a page does not react. */
  | 'RAGE_CLICK'
  /** How far down a page was seen: a grid of one column, and the curve `scroll`. */
  | 'SCROLL_DEPTH';

/** Whether there is an image. */
export type HeatmapImageState =
  /** There will be no image; `failure` says why. */
  | 'FAILED'
  /** There is an image. */
  | 'READY'
  /** The vendor is still drawing the image: ask again later. */
  | 'RENDERING';

/** A span of time by a place's own clock. Half-open: the start is in it, the end is not. */
export type LocalTimeRange = {
  /** The first moment after the range. A date, such as `2026-11-01`, stands for its midnight, so that day is not in the range. */
  end: string;
  /** Where the range starts. A date, such as `2026-10-01`, stands for its midnight. */
  start: string;
};

/** One way to name a location. */
export type LocationBy =
  {   /** Analytiks' location id. */
  analytiksId: string | number; auraVisionId?: never; id?: never; reference?: never; }
  |  { analytiksId?: never;   /** Aura Vision's location id, 24 hexadecimal digits. */
  auraVisionId: string | number; id?: never; reference?: never; }
  |  { analytiksId?: never; auraVisionId?: never;   /** The `id` of a Location, or the id that the catalog gives it. */
  id: string | number; reference?: never; }
  |  { analytiksId?: never; auraVisionId?: never; id?: never;   /** Analytiks' brand and reference number. */
  reference: LocationReference; };

/** A location by its brand's own number for it. */
export type LocationReference = {
  /** Analytiks' brand id. */
  brandId: number;
  /** The brand's own number, such as `US0658`. */
  referenceNumber: string;
};

/** What happens if Analytiks refuses one of several locations in a call. */
export type OnRefusal =
  /** All or nothing: every location of the call is an error. */
  | 'FAIL'
  /** Only that location is an error. */
  | 'PARTIAL';

/** Whether a provider can be asked. */
export type ProviderStatus =
  /** Its required variables are not set; its fields are errors. */
  | 'NOT_CONFIGURED'
  /** Its credentials are set. Isotherm does not check whether they work. */
  | 'READY'
  /** Emulated: its data is made up. */
  | 'SANDBOX';

/** Why Datadog refused a change. */
export type SnapshotRefusalReason =
  /** The snapshot exists already. */
  | 'ALREADY_EXISTS'
  /** Somebody else changed it meanwhile. */
  | 'CONFLICT'
  /** The keys may not change snapshots. */
  | 'FORBIDDEN'
  /** The snapshot does not exist, or what it should show does not. */
  | 'NOT_FOUND'
  /** Datadog does not accept the input. */
  | 'REJECTED';

/** What a spatial heatmap shows. */
export type SpatialHeatmapType =
  /** Where people came in. */
  | 'ENTRY'
  /** Where people went out. */
  | 'EXIT'
  /** Where people interacted with something. */
  | 'INTERACTION'
  /** Where people lingered. */
  | 'LINGER'
  /** How long people lingered in total. */
  | 'LINGER_ACCUMULATED_TIME'
  /** How long people lingered on average. */
  | 'LINGER_AVERAGE_TIME'
  /** How many people lingered. */
  | 'LINGER_PEOPLE_COUNT'
  /** Where people walked. */
  | 'PATH';

/** A span of time: `start` and `end`, or, where heatmaps of a store are asked, one of `last`, `period` and `before`, which are whole days of the place's calendar. Half-open: the start is in it, the end is not. */
export type TimeRange = {
  /** For heatmaps of a store: the same period before the given one, which must not be a `before` itself, as in `TrafficRange`. */
  before?: TimeRange | null | undefined;
  /** The first instant after the range; needs `start`. */
  end?: string | null | undefined;
  /** For heatmaps of a store: the days up to yesterday by the place's own calendar, such as `P7D`, `P4W` or `P1M`. Needs the place's time zone. */
  last?: string | null | undefined;
  /** For heatmaps of a store: a period of the place's own calendar. Needs the place's time zone. */
  period?: CalendarPeriod | null | undefined;
  /** The first instant of the range; needs `end`. */
  start?: string | null | undefined;
};

/** The length of one bucket of a traffic series. Days, weeks and months follow the place's own calendar, so a day may have 23 or 25 hours. They hold what was counted within the range, so the first and the last may be partial. For a place without a time zone they need a local range. If the place's UTC offset is not a whole hour, as in India, they are made of quarter-hours, which Analytiks enables per account: if it returns hours instead, and counted people in an hour that two days share, they are an error. */
export type TrafficInterval =
  /** One day, from midnight to midnight. */
  | 'DAILY'
  /** One hour that starts in the range: an hour of UTC if the time zone is known. If the place's UTC offset is not a whole hour, it starts at a half or a quarter by the local clock. */
  | 'HOURLY'
  /** One month of the calendar. */
  | 'MONTHLY'
  /** 15 minutes. Analytiks enables it per account, and may return hours to other accounts. If a location and its zones report four buckets or more in the range and all start on the hour, they count as hours: each of their series is an error `UPSTREAM_INVALID_RESPONSE`. */
  | 'QUARTER_HOUR'
  /** One week, from Monday to Sunday. */
  | 'WEEKLY';

/** What Analytiks counts by camera, per bucket of time. */
export type TrafficMetric =
  /** Everyone who entered: visits and bounces. Locations only. */
  | 'ALL_VISITS'
  /** People who entered but left within a few seconds. Locations only. */
  | 'BOUNCES'
  /** How long people stayed, in milliseconds. Analytiks does not document whether a bucket holds a sum or a mean. So totals, days, weeks and months need the operator's setting `ANALYTIKS_DWELL_TIME`. Needs a camera that is calibrated for it. */
  | 'DWELL_TIME'
  /** Groups of people who entered within a few seconds of each other. Locations only. */
  | 'GROUP_VISITS'
  /** The most visitors inside at one time. A maximum, so it does not add up. Locations only. */
  | 'PEAK_OCCUPANCY'
  /** The most visitors at a point of interest at one time. A maximum, so it does not add up. Points of interest only. */
  | 'PEAK_VISITS'
  /** People who entered the location (bounces excluded), or who stayed long enough at a point of interest. */
  | 'VISITS'
  /** People who walked past. Locations only. */
  | 'WALK_BYS';

/** A span of time: between two instants, by each place's own clock, or whole days of its calendar counted from today. `TrafficSeries.range` and `TrafficAxis.range` show the range of a place. */
export type TrafficRange =
  {   /** The same period before the given one, which must not be a `before` itself. It ends where the given one starts and has the same length: the same number of months if that is whole months, otherwise the same number of calendar days, or the same time in UTC. Before a period that is not over it covers the same days: before THIS_MONTH on the 10th, the first ten days of last month. Its last day is complete, while today is counted so far. */
  before: TrafficRange; last?: never; local?: never; period?: never; utc?: never; }
  |  { before?: never;   /** The days up to yesterday by each place's own calendar, as whole days, weeks, months or years: `P7D`, `P4W`, `P1M`, `P1Y`. At most ten years. Needs the place's time zone. */
  last: string; local?: never; period?: never; utc?: never; }
  |  { before?: never; last?: never;   /** By each place's own clock. If the place's time zone is known, Analytiks is asked in UTC, so that hours around a clock change are right. */
  local: LocalTimeRange; period?: never; utc?: never; }
  |  { before?: never; last?: never; local?: never;   /** A period of each place's own calendar. Needs the place's time zone. */
  period: CalendarPeriod; utc?: never; }
  |  { before?: never; last?: never; local?: never; period?: never;   /** Between two instants: the same for every place. */
  utc: TimeRange; };

/** The unit of a traffic value. */
export type TrafficUnit =
  /** Groups of people. */
  | 'GROUPS'
  /** Milliseconds. */
  | 'MILLISECONDS'
  /** People. */
  | 'PEOPLE';

/** A snapshot's new moment in a replay. Its name, view, application and device stay. */
export type UpdateSnapshotInput = {
  /** The RUM event that the snapshot shows. */
  eventId: string | number;
  /** Datadog's id of the snapshot. */
  id: string | number;
  /** True if a person chose the device type; false if it was detected. */
  isDeviceTypeSelectedByUser: boolean;
  /** The RUM session. */
  sessionId?: string | number | null | undefined;
  /** Milliseconds from the start of the session; not negative. */
  start: number;
  /** The RUM view. */
  viewId?: string | number | null | undefined;
};

/** One way to name a page. */
export type ViewBy =
  {   /** The `id` of a View. */
  id: string | number; url?: never; }
  |  { id?: never;   /** Its URL, at any origin of its website. */
  url: string; };

/** Widths of visitors' windows in CSS pixels, both ends included. PostHog knows them to 16 pixels. A bound that is left out is none: `{}` mixes all widths. */
export type ViewportWidths = {
  /** The widest, 1 to 10000. */
  max?: number | null | undefined;
  /** The narrowest, 1 to 10000. */
  min?: number | null | undefined;
};

/** One way to name a website. */
export type WebsiteBy =
  {   /** Datadog's RUM application id. */
  datadogApplicationId: string | number; id?: never; origin?: never; posthogEnvironmentId?: never; posthogProjectId?: never; zenovayId?: never; }
  |  { datadogApplicationId?: never;   /** The `id` of a Website, or the id that the catalog gives it. */
  id: string | number; origin?: never; posthogEnvironmentId?: never; posthogProjectId?: never; zenovayId?: never; }
  |  { datadogApplicationId?: never; id?: never;   /** Scheme and host. The catalog may have several for one website; others are looked up in Zenovay's list. */
  origin: string; posthogEnvironmentId?: never; posthogProjectId?: never; zenovayId?: never; }
  |  { datadogApplicationId?: never; id?: never; origin?: never;   /** PostHog's environment id, for its older routes. */
  posthogEnvironmentId: string | number; posthogProjectId?: never; zenovayId?: never; }
  |  { datadogApplicationId?: never; id?: never; origin?: never; posthogEnvironmentId?: never;   /** PostHog's project id. */
  posthogProjectId: string | number; zenovayId?: never; }
  |  { datadogApplicationId?: never; id?: never; origin?: never; posthogEnvironmentId?: never; posthogProjectId?: never;   /** Zenovay's id of the website, a UUID. */
  zenovayId: string | number; };

export type CountTrafficQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  range: TrafficRange;
}>;


export type CountTrafficQuery = { nodes: Array<
    | { analytiksId: string | null, all: Array<{ metric: TrafficMetric, reported: boolean, total: number | null }> | null, visits: Array<{ points: Array<{ value: number }> }> | null, bounces: Array<{ columns: { values: Array<number | null> } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ total: number | null }> }> | null }
    | Record<PropertyKey, never>
   | null> };

export type CountZonesFragment = { bounces: Array<{ columns: { values: Array<number | null> } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ total: number | null }> }> | null };

export type CountBrandQueryVariables = Exact<{
  brandId: number;
  range: TrafficRange;
  first: number;
  after?: string | null | undefined;
}>;


export type CountBrandQuery = { brand: { traffic: { edges: Array<{ cursor: string, node: { location: { analytiksId: string | null } } }>, pageInfo: { hasNextPage: boolean } } | null } | null };

export type CountSpatialHeatmapsQueryVariables = Exact<{
  range: TimeRange;
}>;


export type CountSpatialHeatmapsQuery = { locations: { nodes: Array<{ auraVisionId: string | null, paths: Array<{ type: SpatialHeatmapType | null, location: { auraVisionId: string | null } | null }> | null, lingers: Array<{ type: SpatialHeatmapType | null, location: { auraVisionId: string | null } | null }> | null, doors: Array<{ type: SpatialHeatmapType | null, location: { auraVisionId: string | null } | null }> | null }> } };

export type CountDoorsFragment = { doors: Array<{ type: SpatialHeatmapType | null, location: { auraVisionId: string | null } | null }> | null };

export type CountedHeatmapFragment = { type: SpatialHeatmapType | null, location: { auraVisionId: string | null } | null };

export type CountViewsWithSnapshotsQueryVariables = Exact<{ [key: string]: never; }>;


export type CountViewsWithSnapshotsQuery = { website: { views: { nodes: Array<{ path: string, name: string, desktop: Array<{ deviceType: string | null }> | null, mobile: Array<{ deviceType: string | null }> | null }> } | null } | null };

export type CountCreateThenListMutationVariables = Exact<{
  first: CreateSnapshotInput;
  second: CreateSnapshotInput;
}>;


export type CountCreateThenListMutation = { first:
    | { snapshot: { id: string, start: number | null, view: { snapshots: Array<{ id: string, start: number | null }> | null } | null } | null }
    | Record<PropertyKey, never>
   | null, second:
    | { snapshot: { id: string, start: number | null, view: { snapshots: Array<{ id: string, start: number | null }> | null } | null } | null }
    | Record<PropertyKey, never>
   | null };

export type CountDeleteThenListMutationVariables = Exact<{
  gone: DeleteSnapshotInput;
  kept: UpdateSnapshotInput;
}>;


export type CountDeleteThenListMutation = { before:
    | { snapshot: { id: string, start: number | null, view: { snapshots: Array<{ id: string, start: number | null }> | null } | null } | null }
    | Record<PropertyKey, never>
   | null, deleteSnapshot:
    | { __typename: 'SnapshotDeleted' }
    | { __typename: 'SnapshotRefusal' }
   | null, after:
    | { snapshot: { id: string, start: number | null, view: { snapshots: Array<{ id: string, start: number | null }> | null } | null } | null }
    | Record<PropertyKey, never>
   | null };

export type CountListedFragment = { snapshot: { id: string, start: number | null, view: { snapshots: Array<{ id: string, start: number | null }> | null } | null } | null };

export type DocumentSeriesFragment = { metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null };

export type DocumentZoneFragment = { id: string, traffic: Array<{ metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null }> };

export type DocumentTrafficQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  range: TrafficRange;
  interval: TrafficInterval;
  onRefusal: OnRefusal;
}>;


export type DocumentTrafficQuery = { nodes: Array<
    | { analytiksId: string | null, brandId: number | null, referenceNumber: string | null, traffic: Array<{ metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null }> }> | null }
    | Record<PropertyKey, never>
   | null> };

export type DocumentBrandTrafficQueryVariables = Exact<{
  brandId: number;
  range: TrafficRange;
  interval: TrafficInterval;
  first: number;
  after?: string | null | undefined;
}>;


export type DocumentBrandTrafficQuery = { brand: { traffic: { pageInfo: { hasNextPage: boolean }, nodes: Array<{ location: { analytiksId: string | null }, series: Array<{ metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, unit: TrafficUnit, interval: TrafficInterval, reported: boolean, pointOfInterest: string | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null }> }> | null }> } | null } | null };

export type DocumentSpatialHeatmapsQueryVariables = Exact<{
  auraVisionId: string | number;
  range: TimeRange;
  types: Array<SpatialHeatmapType> | SpatialHeatmapType;
  roles?: Array<string> | string | null | undefined;
  ages?: Array<string> | string | null | undefined;
  genders?: Array<string> | string | null | undefined;
  taxonomy?: string | null | undefined;
}>;


export type DocumentSpatialHeatmapsQuery = { location: { heatmaps: Array<{ provider: string, createdAt: string | null, organisationId: string | null, recordingId: string | null, type: SpatialHeatmapType | null, role: string | null, age: string | null, gender: string | null, localTime: string | null, image: { state: HeatmapImageState, link: string | null, contentType: string | null, width: number | null, retryAfterSeconds: number | null, failure: string | null } | null, location: { auraVisionId: string | null } | null }> | null } | null };

export type DocumentSnapshotFragment = { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdAt: string | null, modifiedAt: string | null, createdBy: string | null, createdByHandle: string | null, createdByUserId: string | null, orgId: string | null };

type DocumentWritten_SnapshotRefusal_Fragment = { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason };

type DocumentWritten_SnapshotWritten_Fragment = { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdAt: string | null, modifiedAt: string | null, createdBy: string | null, createdByHandle: string | null, createdByUserId: string | null, orgId: string | null } | null };

export type DocumentWrittenFragment =
  | DocumentWritten_SnapshotRefusal_Fragment
  | DocumentWritten_SnapshotWritten_Fragment
;

export type DocumentSnapshotsQueryVariables = Exact<{
  viewName: string;
  deviceType?: string | null | undefined;
  applicationId?: string | number | null | undefined;
  first?: number | null | undefined;
}>;


export type DocumentSnapshotsQuery = { snapshots: Array<{ id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdAt: string | null, modifiedAt: string | null, createdBy: string | null, createdByHandle: string | null, createdByUserId: string | null, orgId: string | null }> | null };

export type DocumentCreateSnapshotMutationVariables = Exact<{
  input: CreateSnapshotInput;
}>;


export type DocumentCreateSnapshotMutation = { createSnapshot:
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason }
    | { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdAt: string | null, modifiedAt: string | null, createdBy: string | null, createdByHandle: string | null, createdByUserId: string | null, orgId: string | null } | null }
   | null };

export type DocumentUpdateSnapshotMutationVariables = Exact<{
  input: UpdateSnapshotInput;
}>;


export type DocumentUpdateSnapshotMutation = { updateSnapshot:
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason }
    | { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdAt: string | null, modifiedAt: string | null, createdBy: string | null, createdByHandle: string | null, createdByUserId: string | null, orgId: string | null } | null }
   | null };

export type DocumentDeleteSnapshotMutationVariables = Exact<{
  input: DeleteSnapshotInput;
}>;


export type DocumentDeleteSnapshotMutation = { deleteSnapshot:
    | { __typename: 'SnapshotDeleted', id: string }
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason }
   | null };

export type DocumentPageHeatmapQueryVariables = Exact<{
  projectId?: string | number | null | undefined;
  environmentId?: string | number | null | undefined;
  uuid: string | number;
}>;


export type DocumentPageHeatmapQuery = { pageHeatmap: { id: string, uuid: string, shortId: string | null, name: string | null, url: string | null, dataUrl: string | null, targetWidths: Array<number> | null, type: string | null, status: string | null, hasContent: boolean | null, deleted: boolean | null, createdAt: string | null, updatedAt: string | null, exception: string | null, renditions: Array<{ width: number, hasContent: boolean | null }> | null, createdBy: { id: string | null, uuid: string | null, distinctId: string | null, firstName: string | null, lastName: string | null, email: string | null, isEmailVerified: boolean | null, hedgehogConfig: unknown, roleAtOrganization: string | null } | null, image: { state: HeatmapImageState, link: string | null, contentType: string | null, width: number | null, retryAfterSeconds: number | null, failure: string | null } | null } | null };

export type DocumentScreenshotQueryVariables = Exact<{
  projectId?: string | number | null | undefined;
  environmentId?: string | number | null | undefined;
  uuid: string | number;
  width?: number | null | undefined;
}>;


export type DocumentScreenshotQuery = { pageHeatmap: { image: { state: HeatmapImageState, contentType: string | null, width: number | null } | null } | null };

export type DocumentPagesQueryVariables = Exact<{
  zenovayId: string | number;
  first: number;
}>;


export type DocumentPagesQuery = { website: { views: { nodes: Array<{ path: string, totalInteractions: number | null, lastInteractionAt: string | null }> } | null } | null };

export type EverythingQueryVariables = Exact<{
  range: TimeRange;
}>;


export type EverythingQuery = { locations: { nodes: Array<{ heatmaps: Array<{ type: SpatialHeatmapType | null }> | null, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null }> }, websites: { nodes: Array<{ views: { nodes: Array<{ path: string, totalInteractions: number | null, snapshots: Array<{ name: string | null }> | null }> } | null, heatmaps: { nodes: Array<{ name: string | null, image: { state: HeatmapImageState } | null }> } | null }> } | null };

export type FailureEverythingQueryVariables = Exact<{
  range: TimeRange;
}>;


export type FailureEverythingQuery = { location: { id: string, name: string | null, heatmaps: Array<{ type: SpatialHeatmapType | null, recordingId: string | null, createdAt: string | null, image: { state: HeatmapImageState, link: string | null } | null }> | null, traffic: Array<{ metric: TrafficMetric, total: number | null, columns: { values: Array<number | null> } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, total: number | null }> }> | null } | null, brand: { id: string, traffic: { nodes: Array<{ location: { id: string }, series: Array<{ total: number | null }> | null }>, pageInfo: { endCursor: string | null, hasNextPage: boolean } } | null } | null, website: { id: string, name: string | null, views: { nodes: Array<{ path: string, totalInteractions: number | null }>, pageInfo: { endCursor: string | null } } | null, heatmaps: { nodes: Array<{ name: string | null, url: string | null, createdBy: { email: string | null } | null }>, pageInfo: { endCursor: string | null } } | null, view: { id: string, url: string | null, totalInteractions: number | null, heatmaps: Array<{ name: string | null, status: string | null, image: { state: HeatmapImageState, failure: string | null } | null }> | null, snapshots: Array<{ name: string | null, start: number | null, createdBy: string | null }> | null } } | null, snapshots: Array<{ name: string | null, start: number | null, createdBy: string | null }> | null };

export type FailureFiltersQueryVariables = Exact<{
  range: TimeRange;
}>;


export type FailureFiltersQuery = { location: { customers: Array<{ recordingId: string | null, role: string | null, createdAt: string | null }> | null, staff: Array<{ recordingId: string | null, role: string | null, createdAt: string | null }> | null, everybody: Array<{ recordingId: string | null, role: string | null, createdAt: string | null }> | null } | null };

export type FailureHeatmapFragment = { recordingId: string | null, role: string | null, createdAt: string | null };

export type FailureImageQueryVariables = Exact<{
  id: string | number;
}>;


export type FailureImageQuery = { node:
    | { image: { state: HeatmapImageState } | null }
    | Record<PropertyKey, never>
   | null };

export type FailureLocationsQueryVariables = Exact<{
  range: TimeRange;
  onRefusal?: OnRefusal | null | undefined;
}>;


export type FailureLocationsQuery = { first: { id: string, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null } | null, refused: { id: string, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null } | null, last: { id: string, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null } | null };

export type FailureTrafficFragment = { id: string, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null };

export type FailureBrandQueryVariables = Exact<{
  range: TimeRange;
  first: number;
}>;


export type FailureBrandQuery = { brand: { traffic: { nodes: Array<{ location: { name: string | null } }>, edges: Array<{ cursor: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type FailureSavedHeatmapsQueryVariables = Exact<{ [key: string]: never; }>;


export type FailureSavedHeatmapsQuery = { website: { some: { nodes: Array<{ name: string | null }> } | null, view: { heatmaps: Array<{ name: string | null }> | null } } | null };

export type GraphLocationFieldsFragment = { id: string, name: string | null, timeZone: string | null, auraVisionId: string | null, analytiksId: string | null, brandId: number | null, referenceNumber: string | null };

export type GraphLocationQueryVariables = Exact<{
  by: LocationBy;
}>;


export type GraphLocationQuery = { location: { id: string, name: string | null, timeZone: string | null, auraVisionId: string | null, analytiksId: string | null, brandId: number | null, referenceNumber: string | null } | null };

export type GraphLocationDataQueryVariables = Exact<{
  by: LocationBy;
  range: TimeRange;
}>;


export type GraphLocationDataQuery = { location: { heatmaps: Array<{ type: SpatialHeatmapType | null }> | null, traffic: Array<{ metric: TrafficMetric }> | null, pointsOfInterest: Array<{ id: string }> | null } | null };

export type GraphWebsiteFieldsFragment = { id: string, name: string | null, origin: string | null, zenovayId: string | null, posthogProjectId: string | null, posthogEnvironmentId: string | null, datadogApplicationId: string | null };

export type GraphWebsiteQueryVariables = Exact<{
  by: WebsiteBy;
}>;


export type GraphWebsiteQuery = { website: { id: string, name: string | null, origin: string | null, zenovayId: string | null, posthogProjectId: string | null, posthogEnvironmentId: string | null, datadogApplicationId: string | null } | null };

export type GraphWebsitesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type GraphWebsitesQuery = { websites: { nodes: Array<{ id: string, name: string | null, origin: string | null, zenovayId: string | null, posthogProjectId: string | null, posthogEnvironmentId: string | null, datadogApplicationId: string | null }>, pageInfo: { hasNextPage: boolean } } | null };

export type GraphViewFieldsFragment = { id: string, path: string, url: string | null, name: string, website: { id: string } };

export type GraphViewQueryVariables = Exact<{
  by: ViewBy;
}>;


export type GraphViewQuery = { view: { id: string, path: string, url: string | null, name: string, website: { id: string } } | null };

export type GraphViewDataQueryVariables = Exact<{
  by: ViewBy;
}>;


export type GraphViewDataQuery = { view: { totalInteractions: number | null, lastInteractionAt: string | null, heatmaps: Array<{ uuid: string, url: string | null }> | null, snapshots: Array<{ viewName: string | null, applicationId: string | null }> | null } | null };

export type GraphViewOfQueryVariables = Exact<{
  website: WebsiteBy;
  path: string;
}>;


export type GraphViewOfQuery = { website: { view: { id: string, path: string, url: string | null, name: string, website: { id: string } } } | null };

export type GraphNodesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
}>;


export type GraphNodesQuery = { nodes: Array<
    | { __typename: 'Brand', id: string, number: number }
    | { __typename: 'Location', id: string, name: string | null, timeZone: string | null, auraVisionId: string | null, analytiksId: string | null, brandId: number | null, referenceNumber: string | null }
    | { __typename: 'PageHeatmap', uuid: string, name: string | null, id: string }
    | { __typename: 'SpatialHeatmap', id: string }
    | { __typename: 'View', path: string, url: string | null, id: string }
    | { __typename: 'Website', id: string, name: string | null, origin: string | null, zenovayId: string | null, posthogProjectId: string | null, posthogEnvironmentId: string | null, datadogApplicationId: string | null }
   | null> };

export type GraphNodeQueryVariables = Exact<{
  id: string | number;
}>;


export type GraphNodeQuery = { node:
    | { __typename: 'Brand', id: string }
    | { __typename: 'Location', id: string }
    | { __typename: 'PageHeatmap', id: string }
    | { __typename: 'SpatialHeatmap', id: string }
    | { __typename: 'View', id: string }
    | { __typename: 'Website', id: string }
   | null };

export type GraphPageHeatmapQueryVariables = Exact<{
  projectId?: string | number | null | undefined;
  environmentId?: string | number | null | undefined;
  id: string | number;
}>;


export type GraphPageHeatmapQuery = { pageHeatmap: { id: string, uuid: string, shortId: string | null, name: string | null, createdBy: { email: string | null } | null, image: { state: HeatmapImageState, link: string | null, contentType: string | null, width: number | null, retryAfterSeconds: number | null, failure: string | null } | null } | null };

export type GraphSnapshotsQueryVariables = Exact<{
  viewName: string;
  applicationId?: string | number | null | undefined;
}>;


export type GraphSnapshotsQuery = { snapshots: Array<{ id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdByUserId: string | null, orgId: string | null, view: { id: string } | null }> | null };

export type GraphSnapshotFieldsFragment = { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdByUserId: string | null, orgId: string | null };

type GraphWriteResult_SnapshotRefusal_Fragment = { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason, message: string };

type GraphWriteResult_SnapshotWritten_Fragment = { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdByUserId: string | null, orgId: string | null } | null };

export type GraphWriteResultFragment =
  | GraphWriteResult_SnapshotRefusal_Fragment
  | GraphWriteResult_SnapshotWritten_Fragment
;

export type GraphCreateSnapshotMutationVariables = Exact<{
  input: CreateSnapshotInput;
}>;


export type GraphCreateSnapshotMutation = { createSnapshot:
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason, message: string }
    | { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdByUserId: string | null, orgId: string | null } | null }
   | null };

export type GraphUpdateSnapshotMutationVariables = Exact<{
  input: UpdateSnapshotInput;
}>;


export type GraphUpdateSnapshotMutation = { updateSnapshot:
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason, message: string }
    | { __typename: 'SnapshotWritten', snapshot: { id: string, applicationId: string | null, viewName: string | null, deviceType: string | null, isDeviceTypeSelectedByUser: boolean | null, eventId: string | null, sessionId: string | null, viewId: string | null, name: string | null, start: number | null, createdByUserId: string | null, orgId: string | null } | null }
   | null };

export type GraphDeleteSnapshotMutationVariables = Exact<{
  input: DeleteSnapshotInput;
}>;


export type GraphDeleteSnapshotMutation = { deleteSnapshot:
    | { __typename: 'SnapshotDeleted', id: string }
    | { __typename: 'SnapshotRefusal', reason: SnapshotRefusalReason, message: string }
   | null };

export type GraphProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type GraphProvidersQuery = { providers: Array<{ name: string, status: ProviderStatus }> };

export type HeatCellsFragment = { rows: number, values: Array<number>, total: number | null, leftOut: number };

export type GraphPageHeatQueryVariables = Exact<{
  shortId: string | number;
  type?: HeatType | null | undefined;
  days: DayRange;
  viewport?: ViewportWidths | null | undefined;
  aggregation?: HeatAggregation | null | undefined;
  columns?: number | null | undefined;
  against: DayRange;
}>;


export type GraphPageHeatQuery = { pageHeatmap: { heat: { columns: number, cellHeight: number, values: Array<number>, total: number | null, fixed: { rows: number, values: Array<number>, total: number | null, leftOut: number } | null, hotspots: Array<{ column: number, row: number, value: number }> | null, difference: { columns: number, cellHeight: number, values: Array<number>, total: number | null, fixed: { rows: number, values: Array<number>, total: number | null, leftOut: number } | null } | null } | null } | null };

export type RolledUpSeriesFragment = { metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null };

export type RollupsQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
  metrics?: Array<TrafficMetric> | TrafficMetric | null | undefined;
}>;


export type RollupsQuery = { location: { traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> }> | null } | null };

export type RollupZonesQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
  metrics?: Array<TrafficMetric> | TrafficMetric | null | undefined;
}>;


export type RollupZonesQuery = { location: { pointsOfInterest: Array<{ traffic: Array<{ metric: TrafficMetric, total: number | null }> }> | null } | null };

export type RollupBrandQueryVariables = Exact<{
  id: number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
}>;


export type RollupBrandQuery = { brand: { traffic: { nodes: Array<{ location: { id: string }, series: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null }> } | null } | null };

export type RatesQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  range: TrafficRange;
}>;


export type RatesQuery = { nodes: Array<
    | { id: string }
    | { captureRate: number | null, bounceRate: number | null, id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export type RatesBesideQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
}>;


export type RatesBesideQuery = { location: { captureRate: number | null, bounceRate: number | null, traffic: Array<{ total: number | null }> | null } | null };

export type RatesByBucketQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
}>;


export type RatesByBucketQuery = { location: { rates: { starts: Array<string>, localStarts: Array<string> | null, captureRate: Array<number | null>, bounceRate: Array<number | null> } | null } | null };

export type RatesBesideTrafficQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
}>;


export type RatesBesideTrafficQuery = { location: { rates: { starts: Array<string>, localStarts: Array<string> | null, captureRate: Array<number | null>, bounceRate: Array<number | null> } | null, traffic: Array<{ columns: { starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null }> | null } | null };

export type RolledUpPlaceFragment = { id: string, traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> };

export type BrandAndLocationsQueryVariables = Exact<{
  brand: number;
  ids: Array<string | number> | string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
}>;


export type BrandAndLocationsQuery = { brand: { traffic: { nodes: Array<{ location: { id: string }, series: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> }> | null }> } | null } | null, nodes: Array<
    | { id: string }
    | { id: string, traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, interval: TrafficInterval, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, starts: Array<string>, localStarts: Array<string> | null, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> }> | null }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export type TimedSeriesFragment = { metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null };

export type TimeBothFormsQueryVariables = Exact<{
  id: string | number;
  local: TrafficRange;
  utc: TrafficRange;
  interval: TrafficInterval;
}>;


export type TimeBothFormsQuery = { location: { local: Array<{ metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null, utc: Array<{ metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null } | null };

export type TimeTrafficQueryVariables = Exact<{
  id: string | number;
  range: TrafficRange;
  interval?: TrafficInterval | null | undefined;
  metrics?: Array<TrafficMetric> | TrafficMetric | null | undefined;
}>;


export type TimeTrafficQuery = { location: { traffic: Array<{ metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null, pointsOfInterest: Array<{ id: string, traffic: Array<{ metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> }> | null } | null };

export type TimeBrandQueryVariables = Exact<{
  id: number;
  range: TrafficRange;
}>;


export type TimeBrandQuery = { brand: { traffic: { nodes: Array<{ location: { id: string }, series: Array<{ metric: TrafficMetric, reported: boolean, total: number | null, points: Array<{ at: string | null, localAt: string | null, value: number }>, columns: { start: string, stepSeconds: number, values: Array<number | null> } | null, peak: { at: string | null, localAt: string | null, value: number } | null }> | null }> } | null } | null };

export type TimeHeatmapsQueryVariables = Exact<{
  id: string | number;
  range: TimeRange;
}>;


export type TimeHeatmapsQuery = { location: { heatmaps: Array<{ createdAt: string | null, localTime: string | null, recordingId: string | null }> | null } | null };

export type TimeTotalsQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  range: TrafficRange;
}>;


export type TimeTotalsQuery = { nodes: Array<
    | { id: string }
    | { id: string, traffic: Array<{ total: number | null }> | null }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
   | null> };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CountZonesFragmentDoc = new TypedDocumentString(`
    fragment CountZones on Location {
  bounces: traffic(range: $range, metrics: [BOUNCES]) {
    columns {
      values
    }
  }
  pointsOfInterest(range: $range) {
    id
    traffic {
      total
    }
  }
}
    `, {"fragmentName":"CountZones"}) as unknown as TypedDocumentString<CountZonesFragment, unknown>;
export const CountedHeatmapFragmentDoc = new TypedDocumentString(`
    fragment CountedHeatmap on SpatialHeatmap {
  type
  location {
    auraVisionId
  }
}
    `, {"fragmentName":"CountedHeatmap"}) as unknown as TypedDocumentString<CountedHeatmapFragment, unknown>;
export const CountDoorsFragmentDoc = new TypedDocumentString(`
    fragment CountDoors on Location {
  doors: heatmaps(range: $range, types: [ENTRY, PATH]) {
    ...CountedHeatmap
  }
}
    fragment CountedHeatmap on SpatialHeatmap {
  type
  location {
    auraVisionId
  }
}`, {"fragmentName":"CountDoors"}) as unknown as TypedDocumentString<CountDoorsFragment, unknown>;
export const CountListedFragmentDoc = new TypedDocumentString(`
    fragment CountListed on SnapshotWritten {
  snapshot {
    id
    start
    view {
      snapshots {
        id
        start
      }
    }
  }
}
    `, {"fragmentName":"CountListed"}) as unknown as TypedDocumentString<CountListedFragment, unknown>;
export const DocumentSeriesFragmentDoc = new TypedDocumentString(`
    fragment DocumentSeries on TrafficSeries {
  metric
  unit
  interval
  reported
  pointOfInterest
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
}
    `, {"fragmentName":"DocumentSeries"}) as unknown as TypedDocumentString<DocumentSeriesFragment, unknown>;
export const DocumentZoneFragmentDoc = new TypedDocumentString(`
    fragment DocumentZone on PointOfInterest {
  id
  traffic {
    ...DocumentSeries
  }
}
    fragment DocumentSeries on TrafficSeries {
  metric
  unit
  interval
  reported
  pointOfInterest
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
}`, {"fragmentName":"DocumentZone"}) as unknown as TypedDocumentString<DocumentZoneFragment, unknown>;
export const DocumentSnapshotFragmentDoc = new TypedDocumentString(`
    fragment DocumentSnapshot on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdAt
  modifiedAt
  createdBy
  createdByHandle
  createdByUserId
  orgId
}
    `, {"fragmentName":"DocumentSnapshot"}) as unknown as TypedDocumentString<DocumentSnapshotFragment, unknown>;
export const DocumentWrittenFragmentDoc = new TypedDocumentString(`
    fragment DocumentWritten on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...DocumentSnapshot
    }
  }
  ... on SnapshotRefusal {
    reason
  }
}
    fragment DocumentSnapshot on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdAt
  modifiedAt
  createdBy
  createdByHandle
  createdByUserId
  orgId
}`, {"fragmentName":"DocumentWritten"}) as unknown as TypedDocumentString<DocumentWrittenFragment, unknown>;
export const FailureHeatmapFragmentDoc = new TypedDocumentString(`
    fragment FailureHeatmap on SpatialHeatmap {
  recordingId
  role
  createdAt
}
    `, {"fragmentName":"FailureHeatmap"}) as unknown as TypedDocumentString<FailureHeatmapFragment, unknown>;
export const FailureTrafficFragmentDoc = new TypedDocumentString(`
    fragment FailureTraffic on Location {
  id
  traffic(range: {utc: $range}, metrics: [VISITS], onRefusal: $onRefusal) {
    metric
    total
  }
}
    `, {"fragmentName":"FailureTraffic"}) as unknown as TypedDocumentString<FailureTrafficFragment, unknown>;
export const GraphLocationFieldsFragmentDoc = new TypedDocumentString(`
    fragment GraphLocationFields on Location {
  id
  name
  timeZone
  auraVisionId
  analytiksId
  brandId
  referenceNumber
}
    `, {"fragmentName":"GraphLocationFields"}) as unknown as TypedDocumentString<GraphLocationFieldsFragment, unknown>;
export const GraphWebsiteFieldsFragmentDoc = new TypedDocumentString(`
    fragment GraphWebsiteFields on Website {
  id
  name
  origin
  zenovayId
  posthogProjectId
  posthogEnvironmentId
  datadogApplicationId
}
    `, {"fragmentName":"GraphWebsiteFields"}) as unknown as TypedDocumentString<GraphWebsiteFieldsFragment, unknown>;
export const GraphViewFieldsFragmentDoc = new TypedDocumentString(`
    fragment GraphViewFields on View {
  id
  path
  url
  name
  website {
    id
  }
}
    `, {"fragmentName":"GraphViewFields"}) as unknown as TypedDocumentString<GraphViewFieldsFragment, unknown>;
export const GraphSnapshotFieldsFragmentDoc = new TypedDocumentString(`
    fragment GraphSnapshotFields on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdByUserId
  orgId
}
    `, {"fragmentName":"GraphSnapshotFields"}) as unknown as TypedDocumentString<GraphSnapshotFieldsFragment, unknown>;
export const GraphWriteResultFragmentDoc = new TypedDocumentString(`
    fragment GraphWriteResult on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...GraphSnapshotFields
    }
  }
  ... on SnapshotRefusal {
    reason
    message
  }
}
    fragment GraphSnapshotFields on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdByUserId
  orgId
}`, {"fragmentName":"GraphWriteResult"}) as unknown as TypedDocumentString<GraphWriteResultFragment, unknown>;
export const HeatCellsFragmentDoc = new TypedDocumentString(`
    fragment HeatCells on FixedHeat {
  rows
  values
  total
  leftOut
}
    `, {"fragmentName":"HeatCells"}) as unknown as TypedDocumentString<HeatCellsFragment, unknown>;
export const RolledUpSeriesFragmentDoc = new TypedDocumentString(`
    fragment RolledUpSeries on TrafficSeries {
  metric
  interval
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    starts
    localStarts
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}
    `, {"fragmentName":"RolledUpSeries"}) as unknown as TypedDocumentString<RolledUpSeriesFragment, unknown>;
export const RolledUpPlaceFragmentDoc = new TypedDocumentString(`
    fragment RolledUpPlace on PointOfInterest {
  id
  traffic {
    ...RolledUpSeries
  }
}
    fragment RolledUpSeries on TrafficSeries {
  metric
  interval
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    starts
    localStarts
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"fragmentName":"RolledUpPlace"}) as unknown as TypedDocumentString<RolledUpPlaceFragment, unknown>;
export const TimedSeriesFragmentDoc = new TypedDocumentString(`
    fragment TimedSeries on TrafficSeries {
  metric
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}
    `, {"fragmentName":"TimedSeries"}) as unknown as TypedDocumentString<TimedSeriesFragment, unknown>;
export const CountTrafficDocument = new TypedDocumentString(`
    query CountTraffic($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) {
    ... on Location {
      analytiksId
      all: traffic(range: $range) {
        metric
        reported
        total
      }
      visits: traffic(range: $range, metrics: [VISITS]) {
        points {
          value
        }
      }
      ...CountZones
    }
  }
}
    fragment CountZones on Location {
  bounces: traffic(range: $range, metrics: [BOUNCES]) {
    columns {
      values
    }
  }
  pointsOfInterest(range: $range) {
    id
    traffic {
      total
    }
  }
}`, {"hash":"sha256:4f8015337466383c0a59310993e3a03347423f34814d569d8435ecaee54017c5"}) as unknown as TypedDocumentString<CountTrafficQuery, CountTrafficQueryVariables>;
export const CountBrandDocument = new TypedDocumentString(`
    query CountBrand($brandId: Int!, $range: TrafficRange!, $first: Int!, $after: String) {
  brand(id: $brandId) {
    traffic(range: $range, first: $first, after: $after, metrics: [VISITS]) {
      edges {
        cursor
        node {
          location {
            analytiksId
          }
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    `, {"hash":"sha256:b74e105ceb6f5fbcc567dc54b0b94b124a5d4ded6ef9f08cd7c3f50837abc2b4"}) as unknown as TypedDocumentString<CountBrandQuery, CountBrandQueryVariables>;
export const CountSpatialHeatmapsDocument = new TypedDocumentString(`
    query CountSpatialHeatmaps($range: TimeRange!) {
  locations(first: 12) {
    nodes {
      auraVisionId
      paths: heatmaps(range: $range, types: [PATH]) {
        ...CountedHeatmap
      }
      lingers: heatmaps(range: $range, types: [LINGER]) {
        ...CountedHeatmap
      }
      ...CountDoors
    }
  }
}
    fragment CountDoors on Location {
  doors: heatmaps(range: $range, types: [ENTRY, PATH]) {
    ...CountedHeatmap
  }
}
fragment CountedHeatmap on SpatialHeatmap {
  type
  location {
    auraVisionId
  }
}`, {"hash":"sha256:999af36c6181fbb149540a090ca5be87b300cc36eaa8d8bc4581f4b714d2bfdd"}) as unknown as TypedDocumentString<CountSpatialHeatmapsQuery, CountSpatialHeatmapsQueryVariables>;
export const CountViewsWithSnapshotsDocument = new TypedDocumentString(`
    query CountViewsWithSnapshots {
  website(by: {id: "shop"}) {
    views(first: 20) {
      nodes {
        path
        name
        desktop: snapshots(deviceType: "desktop") {
          deviceType
        }
        mobile: snapshots(deviceType: "mobile") {
          deviceType
        }
      }
    }
  }
}
    `, {"hash":"sha256:fc6e18ad4259c62cec66f7c06c606a2f754d4e9aeec29bfe4c20cc8baf965cf6"}) as unknown as TypedDocumentString<CountViewsWithSnapshotsQuery, CountViewsWithSnapshotsQueryVariables>;
export const CountCreateThenListDocument = new TypedDocumentString(`
    mutation CountCreateThenList($first: CreateSnapshotInput!, $second: CreateSnapshotInput!) {
  first: createSnapshot(input: $first) {
    ...CountListed
  }
  second: createSnapshot(input: $second) {
    ...CountListed
  }
}
    fragment CountListed on SnapshotWritten {
  snapshot {
    id
    start
    view {
      snapshots {
        id
        start
      }
    }
  }
}`, {"hash":"sha256:d8657baae6fc01b66df8d681c04ddc2af7d0b5eb35cdcbdc15ff9dff4c6ab276"}) as unknown as TypedDocumentString<CountCreateThenListMutation, CountCreateThenListMutationVariables>;
export const CountDeleteThenListDocument = new TypedDocumentString(`
    mutation CountDeleteThenList($gone: DeleteSnapshotInput!, $kept: UpdateSnapshotInput!) {
  before: updateSnapshot(input: $kept) {
    ...CountListed
  }
  deleteSnapshot(input: $gone) {
    __typename
  }
  after: updateSnapshot(input: $kept) {
    ...CountListed
  }
}
    fragment CountListed on SnapshotWritten {
  snapshot {
    id
    start
    view {
      snapshots {
        id
        start
      }
    }
  }
}`, {"hash":"sha256:f220c7fc1ebe481070cd024c71b13bbc950d5e13d20cf79cec1660872174aa16"}) as unknown as TypedDocumentString<CountDeleteThenListMutation, CountDeleteThenListMutationVariables>;
export const DocumentTrafficDocument = new TypedDocumentString(`
    query DocumentTraffic($ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval!, $onRefusal: OnRefusal!) {
  nodes(ids: $ids) {
    ... on Location {
      analytiksId
      brandId
      referenceNumber
      traffic(range: $range, interval: $interval, onRefusal: $onRefusal) {
        ...DocumentSeries
      }
      pointsOfInterest(range: $range, interval: $interval, onRefusal: $onRefusal) {
        ...DocumentZone
      }
    }
  }
}
    fragment DocumentSeries on TrafficSeries {
  metric
  unit
  interval
  reported
  pointOfInterest
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
}
fragment DocumentZone on PointOfInterest {
  id
  traffic {
    ...DocumentSeries
  }
}`, {"hash":"sha256:e02e0fdbc2068824c4e6bc8f6ac7a58f949bc8507b75b7c7ee2374c3b7b5234d"}) as unknown as TypedDocumentString<DocumentTrafficQuery, DocumentTrafficQueryVariables>;
export const DocumentBrandTrafficDocument = new TypedDocumentString(`
    query DocumentBrandTraffic($brandId: Int!, $range: TrafficRange!, $interval: TrafficInterval!, $first: Int!, $after: String) {
  brand(id: $brandId) {
    traffic(range: $range, interval: $interval, first: $first, after: $after) {
      pageInfo {
        hasNextPage
      }
      nodes {
        location {
          analytiksId
        }
        series {
          ...DocumentSeries
        }
        pointsOfInterest {
          ...DocumentZone
        }
      }
    }
  }
}
    fragment DocumentSeries on TrafficSeries {
  metric
  unit
  interval
  reported
  pointOfInterest
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
}
fragment DocumentZone on PointOfInterest {
  id
  traffic {
    ...DocumentSeries
  }
}`, {"hash":"sha256:e4b411db8096f3f6672efa48932e6efcf6bd966492dd5cd95c2a3b86aee0b3b9"}) as unknown as TypedDocumentString<DocumentBrandTrafficQuery, DocumentBrandTrafficQueryVariables>;
export const DocumentSpatialHeatmapsDocument = new TypedDocumentString(`
    query DocumentSpatialHeatmaps($auraVisionId: ID!, $range: TimeRange!, $types: [SpatialHeatmapType!]!, $roles: [String!], $ages: [String!], $genders: [String!], $taxonomy: String) {
  location(by: {auraVisionId: $auraVisionId}) {
    heatmaps(
      range: $range
      types: $types
      roles: $roles
      ages: $ages
      genders: $genders
      taxonomy: $taxonomy
    ) {
      location {
        auraVisionId
      }
      organisationId
      recordingId
      type
      role
      age
      gender
      localTime
      ... on Heatmap {
        provider
        createdAt
        image {
          state
          link
          contentType
          width
          retryAfterSeconds
          failure
        }
      }
    }
  }
}
    `, {"hash":"sha256:9137041a015d70b33f4193498b69b9b98b29c5f175446787ada3bc27935d2552"}) as unknown as TypedDocumentString<DocumentSpatialHeatmapsQuery, DocumentSpatialHeatmapsQueryVariables>;
export const DocumentSnapshotsDocument = new TypedDocumentString(`
    query DocumentSnapshots($viewName: String!, $deviceType: String, $applicationId: ID, $first: Int) {
  snapshots(
    viewName: $viewName
    deviceType: $deviceType
    applicationId: $applicationId
    first: $first
  ) {
    ...DocumentSnapshot
  }
}
    fragment DocumentSnapshot on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdAt
  modifiedAt
  createdBy
  createdByHandle
  createdByUserId
  orgId
}`, {"hash":"sha256:6713aa5db559afaeccd8ddf390080f11d36211ff27c3b25e883ec92fd139f432"}) as unknown as TypedDocumentString<DocumentSnapshotsQuery, DocumentSnapshotsQueryVariables>;
export const DocumentCreateSnapshotDocument = new TypedDocumentString(`
    mutation DocumentCreateSnapshot($input: CreateSnapshotInput!) {
  createSnapshot(input: $input) {
    ...DocumentWritten
  }
}
    fragment DocumentSnapshot on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdAt
  modifiedAt
  createdBy
  createdByHandle
  createdByUserId
  orgId
}
fragment DocumentWritten on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...DocumentSnapshot
    }
  }
  ... on SnapshotRefusal {
    reason
  }
}`, {"hash":"sha256:b840b27c916b33db21ad1e66de8e36c9b3dca27beb69492f046ee8cd51f441be"}) as unknown as TypedDocumentString<DocumentCreateSnapshotMutation, DocumentCreateSnapshotMutationVariables>;
export const DocumentUpdateSnapshotDocument = new TypedDocumentString(`
    mutation DocumentUpdateSnapshot($input: UpdateSnapshotInput!) {
  updateSnapshot(input: $input) {
    ...DocumentWritten
  }
}
    fragment DocumentSnapshot on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdAt
  modifiedAt
  createdBy
  createdByHandle
  createdByUserId
  orgId
}
fragment DocumentWritten on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...DocumentSnapshot
    }
  }
  ... on SnapshotRefusal {
    reason
  }
}`, {"hash":"sha256:616a91d6a18b0669bd5c54d8791d59f7a6a56b624ce37ebae19d4b2af9fa287d"}) as unknown as TypedDocumentString<DocumentUpdateSnapshotMutation, DocumentUpdateSnapshotMutationVariables>;
export const DocumentDeleteSnapshotDocument = new TypedDocumentString(`
    mutation DocumentDeleteSnapshot($input: DeleteSnapshotInput!) {
  deleteSnapshot(input: $input) {
    __typename
    ... on SnapshotDeleted {
      id
    }
    ... on SnapshotRefusal {
      reason
    }
  }
}
    `, {"hash":"sha256:d1d27966271d1a6ec000fec2e3222456da4609c18c177ec806712c36a92ae91c"}) as unknown as TypedDocumentString<DocumentDeleteSnapshotMutation, DocumentDeleteSnapshotMutationVariables>;
export const DocumentPageHeatmapDocument = new TypedDocumentString(`
    query DocumentPageHeatmap($projectId: ID, $environmentId: ID, $uuid: ID!) {
  pageHeatmap(projectId: $projectId, environmentId: $environmentId, id: $uuid) {
    id
    uuid
    shortId
    name
    url
    dataUrl
    targetWidths
    type
    status
    hasContent
    renditions {
      width
      hasContent
    }
    deleted
    createdBy {
      id
      uuid
      distinctId
      firstName
      lastName
      email
      isEmailVerified
      hedgehogConfig
      roleAtOrganization
    }
    createdAt
    updatedAt
    exception
    image {
      state
      link
      contentType
      width
      retryAfterSeconds
      failure
    }
  }
}
    `, {"hash":"sha256:6600c0c7fdb3d4b0dc6c7c1cbd2274ae4148f858bb1150b34ad6a69b85b79a48"}) as unknown as TypedDocumentString<DocumentPageHeatmapQuery, DocumentPageHeatmapQueryVariables>;
export const DocumentScreenshotDocument = new TypedDocumentString(`
    query DocumentScreenshot($projectId: ID, $environmentId: ID, $uuid: ID!, $width: Int) {
  pageHeatmap(projectId: $projectId, environmentId: $environmentId, id: $uuid) {
    image(width: $width) {
      state
      contentType
      width
    }
  }
}
    `, {"hash":"sha256:09ae57d1984b0b32a9d4a4aa13a902ca8a848cfcf229d0552fd5eb392b47b45c"}) as unknown as TypedDocumentString<DocumentScreenshotQuery, DocumentScreenshotQueryVariables>;
export const DocumentPagesDocument = new TypedDocumentString(`
    query DocumentPages($zenovayId: ID!, $first: Int!) {
  website(by: {zenovayId: $zenovayId}) {
    views(first: $first) {
      nodes {
        path
        totalInteractions
        lastInteractionAt
      }
    }
  }
}
    `, {"hash":"sha256:6f38db7bb7ec52691ef8a9044648a3a04ecfed1e43f2d64ceba1e169d10f398d"}) as unknown as TypedDocumentString<DocumentPagesQuery, DocumentPagesQueryVariables>;
export const EverythingDocument = new TypedDocumentString(`
    query Everything($range: TimeRange!) {
  locations(first: 1) {
    nodes {
      heatmaps(range: $range, types: [PATH]) {
        type
      }
      traffic(range: {utc: $range}, metrics: [VISITS]) {
        metric
        total
      }
    }
  }
  websites(first: 1) {
    nodes {
      views(first: 2) {
        nodes {
          path
          totalInteractions
          snapshots(first: 1) {
            name
          }
        }
      }
      heatmaps(first: 1) {
        nodes {
          name
          image {
            state
          }
        }
      }
    }
  }
}
    `, {"hash":"sha256:c1dde2bfb78ef5c943e89b2166eedf273c72bc7958db2865364b76525f346048"}) as unknown as TypedDocumentString<EverythingQuery, EverythingQueryVariables>;
export const FailureEverythingDocument = new TypedDocumentString(`
    query FailureEverything($range: TimeRange!) {
  location(by: {id: "oxford-street"}) {
    id
    name
    heatmaps(range: $range, types: [PATH]) {
      type
      recordingId
      createdAt
      image {
        state
        link
      }
    }
    traffic(range: {utc: $range}, metrics: [VISITS]) {
      metric
      total
      columns {
        values
      }
    }
    pointsOfInterest(range: {utc: $range}) {
      id
      traffic {
        metric
        total
      }
    }
  }
  brand(id: 1234) {
    id
    traffic(range: {utc: $range}, metrics: [VISITS]) {
      nodes {
        location {
          id
        }
        series {
          total
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
  website(by: {id: "shop"}) {
    id
    name
    views(first: 3) {
      nodes {
        path
        totalInteractions
      }
      pageInfo {
        endCursor
      }
    }
    heatmaps(first: 3) {
      nodes {
        name
        url
        createdBy {
          email
        }
      }
      pageInfo {
        endCursor
      }
    }
    view(path: "/products/3") {
      id
      url
      totalInteractions
      heatmaps {
        name
        status
        image {
          state
          failure
        }
      }
      snapshots(first: 2) {
        name
        start
        createdBy
      }
    }
  }
  snapshots(viewName: "/pricing", first: 2) {
    name
    start
    createdBy
  }
}
    `, {"hash":"sha256:f71ee7067af9dd910a6943ba0db8900bff6ddabeadfe65cd0cbd27793f58d94d"}) as unknown as TypedDocumentString<FailureEverythingQuery, FailureEverythingQueryVariables>;
export const FailureFiltersDocument = new TypedDocumentString(`
    query FailureFilters($range: TimeRange!) {
  location(by: {id: "oxford-street"}) {
    customers: heatmaps(range: $range, types: [PATH], roles: ["customer"]) {
      ...FailureHeatmap
    }
    staff: heatmaps(range: $range, types: [PATH], roles: ["staff"]) {
      ...FailureHeatmap
    }
    everybody: heatmaps(range: $range, types: [PATH]) {
      ...FailureHeatmap
    }
  }
}
    fragment FailureHeatmap on SpatialHeatmap {
  recordingId
  role
  createdAt
}`, {"hash":"sha256:df80342ec4cb57c69b0a4d12e47f8a235e39cbe6111838ed35cbaccaf33ec1e5"}) as unknown as TypedDocumentString<FailureFiltersQuery, FailureFiltersQueryVariables>;
export const FailureImageDocument = new TypedDocumentString(`
    query FailureImage($id: ID!) {
  node(id: $id) {
    ... on PageHeatmap {
      image {
        state
      }
    }
  }
}
    `, {"hash":"sha256:abf851a27c74448d2a337023de77ac7829c2c2bcdeab18efeb1f69a26d427ab1"}) as unknown as TypedDocumentString<FailureImageQuery, FailureImageQueryVariables>;
export const FailureLocationsDocument = new TypedDocumentString(`
    query FailureLocations($range: TimeRange!, $onRefusal: OnRefusal) {
  first: location(by: {analytiksId: "1"}) {
    ...FailureTraffic
  }
  refused: location(by: {analytiksId: "99"}) {
    ...FailureTraffic
  }
  last: location(by: {analytiksId: "2"}) {
    ...FailureTraffic
  }
}
    fragment FailureTraffic on Location {
  id
  traffic(range: {utc: $range}, metrics: [VISITS], onRefusal: $onRefusal) {
    metric
    total
  }
}`, {"hash":"sha256:a423d23e7d809a70c7ec42cb39afe6d6c1518fcd60c22b6ed66f1be0a715907a"}) as unknown as TypedDocumentString<FailureLocationsQuery, FailureLocationsQueryVariables>;
export const FailureBrandDocument = new TypedDocumentString(`
    query FailureBrand($range: TimeRange!, $first: Int!) {
  brand(id: 1234) {
    traffic(range: {utc: $range}, metrics: [VISITS], first: $first) {
      nodes {
        location {
          name
        }
      }
      edges {
        cursor
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `, {"hash":"sha256:4c628391972a0a68f2ef24b8f1e6a439952cc848a4d7dfbaeab8e58a165e75df"}) as unknown as TypedDocumentString<FailureBrandQuery, FailureBrandQueryVariables>;
export const FailureSavedHeatmapsDocument = new TypedDocumentString(`
    query FailureSavedHeatmaps {
  website(by: {id: "shop"}) {
    some: heatmaps(first: 3) {
      nodes {
        name
      }
    }
    view(path: "/far") {
      heatmaps {
        name
      }
    }
  }
}
    `, {"hash":"sha256:bdf33f5ad70e99720a52c414d083aa7a426f0bf2f03ef0625ef61c92e5a48808"}) as unknown as TypedDocumentString<FailureSavedHeatmapsQuery, FailureSavedHeatmapsQueryVariables>;
export const GraphLocationDocument = new TypedDocumentString(`
    query GraphLocation($by: LocationBy!) {
  location(by: $by) {
    ...GraphLocationFields
  }
}
    fragment GraphLocationFields on Location {
  id
  name
  timeZone
  auraVisionId
  analytiksId
  brandId
  referenceNumber
}`, {"hash":"sha256:2bb26729a81752cdf11b90229e3013d40cbfc7f951812cf29f792442fb159a12"}) as unknown as TypedDocumentString<GraphLocationQuery, GraphLocationQueryVariables>;
export const GraphLocationDataDocument = new TypedDocumentString(`
    query GraphLocationData($by: LocationBy!, $range: TimeRange!) {
  location(by: $by) {
    heatmaps(range: $range, types: [PATH]) {
      type
    }
    traffic(range: {utc: $range}) {
      metric
    }
    pointsOfInterest(range: {utc: $range}) {
      id
    }
  }
}
    `, {"hash":"sha256:d45f46cf46b8044bf67a7903ce50093d0d40e2fb22e4e863ce220daa6fab0dfa"}) as unknown as TypedDocumentString<GraphLocationDataQuery, GraphLocationDataQueryVariables>;
export const GraphWebsiteDocument = new TypedDocumentString(`
    query GraphWebsite($by: WebsiteBy!) {
  website(by: $by) {
    ...GraphWebsiteFields
  }
}
    fragment GraphWebsiteFields on Website {
  id
  name
  origin
  zenovayId
  posthogProjectId
  posthogEnvironmentId
  datadogApplicationId
}`, {"hash":"sha256:6412454d2a2d9fc5c0ea606b438e19721915452e98a6684cde7d93da6b14a627"}) as unknown as TypedDocumentString<GraphWebsiteQuery, GraphWebsiteQueryVariables>;
export const GraphWebsitesDocument = new TypedDocumentString(`
    query GraphWebsites($first: Int, $after: String) {
  websites(first: $first, after: $after) {
    nodes {
      ...GraphWebsiteFields
    }
    pageInfo {
      hasNextPage
    }
  }
}
    fragment GraphWebsiteFields on Website {
  id
  name
  origin
  zenovayId
  posthogProjectId
  posthogEnvironmentId
  datadogApplicationId
}`, {"hash":"sha256:483dda8e78461713e3151c4a7652f058786750c926b60a4a618b4b7ee9af1b87"}) as unknown as TypedDocumentString<GraphWebsitesQuery, GraphWebsitesQueryVariables>;
export const GraphViewDocument = new TypedDocumentString(`
    query GraphView($by: ViewBy!) {
  view(by: $by) {
    ...GraphViewFields
  }
}
    fragment GraphViewFields on View {
  id
  path
  url
  name
  website {
    id
  }
}`, {"hash":"sha256:a660746b2e851f7452d004483999bcd826707929950e720f118246e4467f44f2"}) as unknown as TypedDocumentString<GraphViewQuery, GraphViewQueryVariables>;
export const GraphViewDataDocument = new TypedDocumentString(`
    query GraphViewData($by: ViewBy!) {
  view(by: $by) {
    totalInteractions
    lastInteractionAt
    heatmaps {
      uuid
      url
    }
    snapshots {
      viewName
      applicationId
    }
  }
}
    `, {"hash":"sha256:063761a3020556b0199d945a5f32b2897df451ed425ca3be86f03a65e1776fe5"}) as unknown as TypedDocumentString<GraphViewDataQuery, GraphViewDataQueryVariables>;
export const GraphViewOfDocument = new TypedDocumentString(`
    query GraphViewOf($website: WebsiteBy!, $path: String!) {
  website(by: $website) {
    view(path: $path) {
      ...GraphViewFields
    }
  }
}
    fragment GraphViewFields on View {
  id
  path
  url
  name
  website {
    id
  }
}`, {"hash":"sha256:90f743abb3590ff65c1b888f1c305006eeac6dc83f2b50f38613328c0ff11487"}) as unknown as TypedDocumentString<GraphViewOfQuery, GraphViewOfQueryVariables>;
export const GraphNodesDocument = new TypedDocumentString(`
    query GraphNodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on Location {
      ...GraphLocationFields
    }
    ... on Website {
      ...GraphWebsiteFields
    }
    ... on View {
      path
      url
    }
    ... on Brand {
      number: brandId
    }
    ... on PageHeatmap {
      uuid
      name
    }
  }
}
    fragment GraphLocationFields on Location {
  id
  name
  timeZone
  auraVisionId
  analytiksId
  brandId
  referenceNumber
}
fragment GraphWebsiteFields on Website {
  id
  name
  origin
  zenovayId
  posthogProjectId
  posthogEnvironmentId
  datadogApplicationId
}`, {"hash":"sha256:941472b6a6d6e02b211a755e68652566f6a99ef93e7be7c5cfa193c9983cca4f"}) as unknown as TypedDocumentString<GraphNodesQuery, GraphNodesQueryVariables>;
export const GraphNodeDocument = new TypedDocumentString(`
    query GraphNode($id: ID!) {
  node(id: $id) {
    __typename
    id
  }
}
    `, {"hash":"sha256:10a4a5055b8667396d5a6859a922b9c7a4df1add824e62b5af1aeb3bb1c3705d"}) as unknown as TypedDocumentString<GraphNodeQuery, GraphNodeQueryVariables>;
export const GraphPageHeatmapDocument = new TypedDocumentString(`
    query GraphPageHeatmap($projectId: ID, $environmentId: ID, $id: ID!) {
  pageHeatmap(projectId: $projectId, environmentId: $environmentId, id: $id) {
    id
    uuid
    shortId
    name
    createdBy {
      email
    }
    image {
      state
      link
      contentType
      width
      retryAfterSeconds
      failure
    }
  }
}
    `, {"hash":"sha256:e3f7e8806b5601aaa0c5100d5005273e61e2141f37e03fc874c6bfbdc482f71e"}) as unknown as TypedDocumentString<GraphPageHeatmapQuery, GraphPageHeatmapQueryVariables>;
export const GraphSnapshotsDocument = new TypedDocumentString(`
    query GraphSnapshots($viewName: String!, $applicationId: ID) {
  snapshots(viewName: $viewName, applicationId: $applicationId) {
    ...GraphSnapshotFields
    view {
      id
    }
  }
}
    fragment GraphSnapshotFields on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdByUserId
  orgId
}`, {"hash":"sha256:1a9ca9e428ff5fe84523fc9452b44709e41531dbb4b821b859fb7e044df04e65"}) as unknown as TypedDocumentString<GraphSnapshotsQuery, GraphSnapshotsQueryVariables>;
export const GraphCreateSnapshotDocument = new TypedDocumentString(`
    mutation GraphCreateSnapshot($input: CreateSnapshotInput!) {
  createSnapshot(input: $input) {
    ...GraphWriteResult
  }
}
    fragment GraphSnapshotFields on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdByUserId
  orgId
}
fragment GraphWriteResult on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...GraphSnapshotFields
    }
  }
  ... on SnapshotRefusal {
    reason
    message
  }
}`, {"hash":"sha256:8ef667060b63a367ffcb0dc7a880ac4e1e3e983319ee548d48222952c562b6e6"}) as unknown as TypedDocumentString<GraphCreateSnapshotMutation, GraphCreateSnapshotMutationVariables>;
export const GraphUpdateSnapshotDocument = new TypedDocumentString(`
    mutation GraphUpdateSnapshot($input: UpdateSnapshotInput!) {
  updateSnapshot(input: $input) {
    ...GraphWriteResult
  }
}
    fragment GraphSnapshotFields on Snapshot {
  id
  applicationId
  viewName
  deviceType
  isDeviceTypeSelectedByUser
  eventId
  sessionId
  viewId
  name
  start
  createdByUserId
  orgId
}
fragment GraphWriteResult on WriteSnapshotResult {
  __typename
  ... on SnapshotWritten {
    snapshot {
      ...GraphSnapshotFields
    }
  }
  ... on SnapshotRefusal {
    reason
    message
  }
}`, {"hash":"sha256:56cd71a17dd978bdcb3b72f217f60c0a33d1752be672776501039db4ab03fd0e"}) as unknown as TypedDocumentString<GraphUpdateSnapshotMutation, GraphUpdateSnapshotMutationVariables>;
export const GraphDeleteSnapshotDocument = new TypedDocumentString(`
    mutation GraphDeleteSnapshot($input: DeleteSnapshotInput!) {
  deleteSnapshot(input: $input) {
    __typename
    ... on SnapshotDeleted {
      id
    }
    ... on SnapshotRefusal {
      reason
      message
    }
  }
}
    `, {"hash":"sha256:af70365f4c2da3f821a4946a4d52b9a74e6768c266f15f17af84daf8f0d2bd04"}) as unknown as TypedDocumentString<GraphDeleteSnapshotMutation, GraphDeleteSnapshotMutationVariables>;
export const GraphProvidersDocument = new TypedDocumentString(`
    query GraphProviders {
  providers {
    name
    status
  }
}
    `, {"hash":"sha256:ec34ffad88564328246f77af48201ed97993da8d50db0d622474dfdeef5112ac"}) as unknown as TypedDocumentString<GraphProvidersQuery, GraphProvidersQueryVariables>;
export const GraphPageHeatDocument = new TypedDocumentString(`
    query GraphPageHeat($shortId: ID!, $type: HeatType, $days: DayRange!, $viewport: ViewportWidths, $aggregation: HeatAggregation, $columns: Int, $against: DayRange!) {
  pageHeatmap(projectId: "1", id: $shortId) {
    heat(
      type: $type
      days: $days
      viewport: $viewport
      aggregation: $aggregation
      columns: $columns
    ) {
      columns
      cellHeight
      values
      total
      fixed {
        ...HeatCells
      }
      hotspots(top: 3) {
        column
        row
        value
      }
      difference(against: $against) {
        columns
        cellHeight
        values
        total
        fixed {
          ...HeatCells
        }
      }
    }
  }
}
    fragment HeatCells on FixedHeat {
  rows
  values
  total
  leftOut
}`, {"hash":"sha256:2b7d597cb728dc096f0c2fe4f4bc4cad504ebf648ee85c700638278cf7eb375e"}) as unknown as TypedDocumentString<GraphPageHeatQuery, GraphPageHeatQueryVariables>;
export const RollupsDocument = new TypedDocumentString(`
    query Rollups($id: ID!, $range: TrafficRange!, $interval: TrafficInterval, $metrics: [TrafficMetric!]) {
  location(by: {id: $id}) {
    traffic(range: $range, interval: $interval, metrics: $metrics) {
      ...RolledUpSeries
    }
    pointsOfInterest(range: $range, interval: $interval) {
      id
      traffic {
        ...RolledUpSeries
      }
    }
  }
}
    fragment RolledUpSeries on TrafficSeries {
  metric
  interval
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    starts
    localStarts
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"hash":"sha256:06257548e54199ce063843bac6a48d49f03fb6f9ea761e04688271798f3ed890"}) as unknown as TypedDocumentString<RollupsQuery, RollupsQueryVariables>;
export const RollupZonesDocument = new TypedDocumentString(`
    query RollupZones($id: ID!, $range: TrafficRange!, $interval: TrafficInterval, $metrics: [TrafficMetric!]) {
  location(by: {id: $id}) {
    pointsOfInterest(range: $range, interval: $interval) {
      traffic(metrics: $metrics) {
        metric
        total
      }
    }
  }
}
    `, {"hash":"sha256:507fe02c0afbb4de3843419e9634ea417fb1c1f61aefee9ac97a82da8a8db7bb"}) as unknown as TypedDocumentString<RollupZonesQuery, RollupZonesQueryVariables>;
export const RollupBrandDocument = new TypedDocumentString(`
    query RollupBrand($id: Int!, $range: TrafficRange!, $interval: TrafficInterval) {
  brand(id: $id) {
    traffic(range: $range, interval: $interval, metrics: [VISITS]) {
      nodes {
        location {
          id
        }
        series {
          ...RolledUpSeries
        }
      }
    }
  }
}
    fragment RolledUpSeries on TrafficSeries {
  metric
  interval
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    starts
    localStarts
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"hash":"sha256:20c47ed0e63d341cc5dde6a022988b98688583d3766f95371bdaed80d310e06c"}) as unknown as TypedDocumentString<RollupBrandQuery, RollupBrandQueryVariables>;
export const RatesDocument = new TypedDocumentString(`
    query Rates($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) {
    id
    ... on Location {
      captureRate(range: $range)
      bounceRate(range: $range)
    }
  }
}
    `, {"hash":"sha256:60df54a7f5e915ddcfc7ff8e8941941289357e2ce132c77b5123b38784a7b931"}) as unknown as TypedDocumentString<RatesQuery, RatesQueryVariables>;
export const RatesBesideDocument = new TypedDocumentString(`
    query RatesBeside($id: ID!, $range: TrafficRange!) {
  location(by: {id: $id}) {
    traffic(range: $range, metrics: [WALK_BYS, ALL_VISITS, BOUNCES]) {
      total
    }
    captureRate(range: $range)
    bounceRate(range: $range)
  }
}
    `, {"hash":"sha256:610e464d02152b7350da4812275bc7d4988039c885687c414a4e097c71a7956a"}) as unknown as TypedDocumentString<RatesBesideQuery, RatesBesideQueryVariables>;
export const RatesByBucketDocument = new TypedDocumentString(`
    query RatesByBucket($id: ID!, $range: TrafficRange!, $interval: TrafficInterval) {
  location(by: {id: $id}) {
    rates(range: $range, interval: $interval) {
      starts
      localStarts
      captureRate
      bounceRate
    }
  }
}
    `, {"hash":"sha256:caf723dae656f44e2cd75b85c223d7a68565d4e73037aad5fea2628149bd36f9"}) as unknown as TypedDocumentString<RatesByBucketQuery, RatesByBucketQueryVariables>;
export const RatesBesideTrafficDocument = new TypedDocumentString(`
    query RatesBesideTraffic($id: ID!, $range: TrafficRange!, $interval: TrafficInterval) {
  location(by: {id: $id}) {
    rates(range: $range, interval: $interval) {
      starts
      localStarts
      captureRate
      bounceRate
    }
    traffic(
      range: $range
      interval: $interval
      metrics: [WALK_BYS, ALL_VISITS, BOUNCES]
    ) {
      columns {
        starts
        localStarts
        values
      }
    }
  }
}
    `, {"hash":"sha256:1e9354bd0f47a30be206587c81daaf98fd243502c1b2898f72e64f70a58ca3af"}) as unknown as TypedDocumentString<RatesBesideTrafficQuery, RatesBesideTrafficQueryVariables>;
export const BrandAndLocationsDocument = new TypedDocumentString(`
    query BrandAndLocations($brand: Int!, $ids: [ID!]!, $range: TrafficRange!, $interval: TrafficInterval) {
  brand(id: $brand) {
    traffic(range: $range, interval: $interval) {
      nodes {
        location {
          id
        }
        series {
          ...RolledUpSeries
        }
        pointsOfInterest {
          ...RolledUpPlace
        }
      }
    }
  }
  nodes(ids: $ids) {
    id
    ... on Location {
      traffic(range: $range, interval: $interval) {
        ...RolledUpSeries
      }
      pointsOfInterest(range: $range, interval: $interval) {
        ...RolledUpPlace
      }
    }
  }
}
    fragment RolledUpSeries on TrafficSeries {
  metric
  interval
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    starts
    localStarts
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}
fragment RolledUpPlace on PointOfInterest {
  id
  traffic {
    ...RolledUpSeries
  }
}`, {"hash":"sha256:6ab4f7301ffb8c614f863f5ecb20a940a3d46d74a285bc922276d377ca788635"}) as unknown as TypedDocumentString<BrandAndLocationsQuery, BrandAndLocationsQueryVariables>;
export const TimeBothFormsDocument = new TypedDocumentString(`
    query TimeBothForms($id: ID!, $local: TrafficRange!, $utc: TrafficRange!, $interval: TrafficInterval!) {
  location(by: {id: $id}) {
    local: traffic(range: $local, interval: $interval, metrics: [VISITS]) {
      ...TimedSeries
    }
    utc: traffic(range: $utc, interval: $interval, metrics: [VISITS]) {
      ...TimedSeries
    }
  }
}
    fragment TimedSeries on TrafficSeries {
  metric
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"hash":"sha256:a2a9b16c5a25831556540070047e81402c30489c857f4196a8943874fe3b95e3"}) as unknown as TypedDocumentString<TimeBothFormsQuery, TimeBothFormsQueryVariables>;
export const TimeTrafficDocument = new TypedDocumentString(`
    query TimeTraffic($id: ID!, $range: TrafficRange!, $interval: TrafficInterval, $metrics: [TrafficMetric!]) {
  location(by: {id: $id}) {
    traffic(range: $range, interval: $interval, metrics: $metrics) {
      ...TimedSeries
    }
    pointsOfInterest(range: $range, interval: $interval) {
      id
      traffic {
        ...TimedSeries
      }
    }
  }
}
    fragment TimedSeries on TrafficSeries {
  metric
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"hash":"sha256:374017c604ef703005a8876fd3e0a5b488aa98f746dfa615ecfb10d0db6debe4"}) as unknown as TypedDocumentString<TimeTrafficQuery, TimeTrafficQueryVariables>;
export const TimeBrandDocument = new TypedDocumentString(`
    query TimeBrand($id: Int!, $range: TrafficRange!) {
  brand(id: $id) {
    traffic(range: $range, metrics: [VISITS]) {
      nodes {
        location {
          id
        }
        series {
          ...TimedSeries
        }
      }
    }
  }
}
    fragment TimedSeries on TrafficSeries {
  metric
  reported
  points {
    at
    localAt
    value
  }
  columns {
    start
    stepSeconds
    values
  }
  total
  peak {
    at
    localAt
    value
  }
}`, {"hash":"sha256:3cc4420ae48a0077fbd8dc2d39619b29e8472d7c4bea376ffc302bf01f1736ec"}) as unknown as TypedDocumentString<TimeBrandQuery, TimeBrandQueryVariables>;
export const TimeHeatmapsDocument = new TypedDocumentString(`
    query TimeHeatmaps($id: ID!, $range: TimeRange!) {
  location(by: {id: $id}) {
    heatmaps(range: $range, types: [PATH]) {
      createdAt
      localTime
      recordingId
    }
  }
}
    `, {"hash":"sha256:ba61dbf580aaa4a16cde38adcff30e1b6096f99801a808e6803b1a5ab8a23cec"}) as unknown as TypedDocumentString<TimeHeatmapsQuery, TimeHeatmapsQueryVariables>;
export const TimeTotalsDocument = new TypedDocumentString(`
    query TimeTotals($ids: [ID!]!, $range: TrafficRange!) {
  nodes(ids: $ids) {
    id
    ... on Location {
      traffic(range: $range, metrics: [VISITS]) {
        total
      }
    }
  }
}
    `, {"hash":"sha256:8fa1946c07e2565a339486cfd6c5551b5bb9b5b5460e208feee35353d18452ab"}) as unknown as TypedDocumentString<TimeTotalsQuery, TimeTotalsQueryVariables>;