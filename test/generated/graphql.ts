/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether there is a picture. */
export type HeatmapImageState =
  /** There will be none; `failure` says why. */
  | 'FAILED'
  /** There is one. */
  | 'READY'
  /** The vendor is still drawing it: ask again later. */
  | 'RENDERING';

/** What a spatial heatmap shows. */
export type SpatialHeatmapType =
  /** Where people came in. */
  | 'ENTRY'
  /** Where people went out. */
  | 'EXIT'
  /** Where people interacted with what is there. */
  | 'INTERACTION'
  /** Where people lingered. */
  | 'LINGER'
  /** How long people lingered in all. */
  | 'LINGER_ACCUMULATED_TIME'
  /** How long people lingered on average. */
  | 'LINGER_AVERAGE_TIME'
  /** How many people lingered. */
  | 'LINGER_PEOPLE_COUNT'
  /** Where people walked. */
  | 'PATH';

/** A span of time between two instants. Half-open: the start is in it, the end is not. */
export type TimeRange = {
  /** The first instant after the range. */
  end: string;
  /** The first instant of the range. */
  start: string;
};

/** What Analytiks counts by camera, per bucket of time. */
export type TrafficMetric =
  /** Everyone who entered: visits and bounces. Locations only. */
  | 'ALL_VISITS'
  /** People who entered but left within a few seconds. Locations only. */
  | 'BOUNCES'
  /** How long people stayed, in milliseconds. Whether a bucket holds a sum or a mean is not documented. Only where a camera is calibrated for it. */
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

export type EverythingQueryVariables = Exact<{
  range: TimeRange;
}>;


export type EverythingQuery = { locations: { nodes: Array<{ heatmaps: Array<{ type: SpatialHeatmapType | null }> | null, traffic: Array<{ metric: TrafficMetric, total: number | null }> | null }> }, websites: { nodes: Array<{ views: { nodes: Array<{ path: string, totalInteractions: number | null, snapshots: Array<{ name: string | null }> | null }> } | null, heatmaps: { nodes: Array<{ name: string | null, image: { state: HeatmapImageState } | null }> } | null }> } | null };

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
    `) as unknown as TypedDocumentString<EverythingQuery, EverythingQueryVariables>;