/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Everything($range: TimeRange!) {\n  locations(first: 1) {\n    nodes {\n      heatmaps(range: $range, types: [PATH]) {\n        type\n      }\n      traffic(range: {utc: $range}, metrics: [VISITS]) {\n        metric\n        total\n      }\n    }\n  }\n  websites(first: 1) {\n    nodes {\n      views(first: 2) {\n        nodes {\n          path\n          totalInteractions\n          snapshots(first: 1) {\n            name\n          }\n        }\n      }\n      heatmaps(first: 1) {\n        nodes {\n          name\n          image {\n            state\n          }\n        }\n      }\n    }\n  }\n}": typeof types.EverythingDocument,
};
const documents: Documents = {
    "query Everything($range: TimeRange!) {\n  locations(first: 1) {\n    nodes {\n      heatmaps(range: $range, types: [PATH]) {\n        type\n      }\n      traffic(range: {utc: $range}, metrics: [VISITS]) {\n        metric\n        total\n      }\n    }\n  }\n  websites(first: 1) {\n    nodes {\n      views(first: 2) {\n        nodes {\n          path\n          totalInteractions\n          snapshots(first: 1) {\n            name\n          }\n        }\n      }\n      heatmaps(first: 1) {\n        nodes {\n          name\n          image {\n            state\n          }\n        }\n      }\n    }\n  }\n}": types.EverythingDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Everything($range: TimeRange!) {\n  locations(first: 1) {\n    nodes {\n      heatmaps(range: $range, types: [PATH]) {\n        type\n      }\n      traffic(range: {utc: $range}, metrics: [VISITS]) {\n        metric\n        total\n      }\n    }\n  }\n  websites(first: 1) {\n    nodes {\n      views(first: 2) {\n        nodes {\n          path\n          totalInteractions\n          snapshots(first: 1) {\n            name\n          }\n        }\n      }\n      heatmaps(first: 1) {\n        nodes {\n          name\n          image {\n            state\n          }\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').EverythingDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
