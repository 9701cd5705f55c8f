/**
 * `capwire/transport/descriptors`: file descriptors for programs that pass them with capabilities. Needs the package koffi and Linux, when it is
 * used. Links that pass descriptors are made by `capwire/transport/node` and by `connect` and `listen` of `capwire/node`, given
 * a Unix socket's address with `maxFdsPerMessage`. They are known to the operating system only: a worker thread that ends closes those it made,
 * one that is terminated leaves them open, and takes up to a second for it.
 */

export { dup, pipe, socketpair } from "./libc.js";
