/** The job file, and the job that it describes. */
package io.beambatch.job;
