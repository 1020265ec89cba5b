/** LLM batch jobs over data, as an Apache Beam pipeline. */
package io.beambatch;
