/** Source files read into documents. */
package io.beambatch.document;
