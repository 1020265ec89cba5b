/** What the program asks of Pub/Sub, by Google's clients: a subscription's messages, and topics. */
package io.beambatch.pubsub;
