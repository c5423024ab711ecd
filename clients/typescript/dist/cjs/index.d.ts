// Written by `npm run client`; change what is in clients/typescript/ instead.
export type * from '../index.js' with { 'resolution-mode': 'import' };
export declare const wardbook: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).wardbook;
export declare const all: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).all;
export declare const answer: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).answer;
export declare const page: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).page;
export declare const pages: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).pages;
export declare const createPatients: typeof import('../index.js', { with: {
  'resolution-mode': 'import',
}}).createPatients;
export declare const partsOf: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).partsOf;
export declare const needsCode: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).needsCode;
export declare const Offline: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).Offline;
export declare const Refused: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).Refused;
export declare const secureStore: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).secureStore;
export declare const newKey: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).newKey;
export declare const remaining: typeof import('../index.js', { with: { 'resolution-mode': 'import' }}).remaining;
export type Offline = import('../index.js', { with: { 'resolution-mode': 'import' }}).Offline;
export type Refused = import('../index.js', { with: { 'resolution-mode': 'import' }}).Refused;
