/**
 * `capwire/transport/descriptors`: file descriptors for programs that pass them with capabilities. Needs the package koffi and Linux, when it is
 * used. Links that pass descriptors are made by `capwire/transport/node` and by `connect` and `listen` of `capwire/node`, given
 * a Unix socket's address with `maxFdsPerMessage`.
 */

export { dup, pipe, socketpair } from "./libc.js";
