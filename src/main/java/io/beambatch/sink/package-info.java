/** Result files delivered to where the job wants them. */
package io.beambatch.sink;
