/**
 * End-to-end tests: whole pipelines on each runner ({@code RunFixture}), commands, and the packaged
 * program, against local servers and emulators. They assert what a user could see: files, reports,
 * exit codes, and how often the provider was asked.
 */
package io.beambatch.e2e;
