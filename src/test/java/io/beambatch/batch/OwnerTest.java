package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OwnerTest {
  private static final int MACHINE = 0;
  private static final int PROCESS = 1;
  private static final int START = 2;
  private static final int RANDOM = 3;

  @Test
  void differsEachTime() {
    assertThat(Owner.create()).isNotEqualTo(Owner.create());
  }

  @Test
  void isNotGoneWhileItsProcessLives() throws Exception {
    assertThat(Owner.create().isKnownToBeGone()).isFalse();
    Process child = startOwner();
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(new Owner(said.readLine()).isKnownToBeGone()).isFalse();
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  @Test
  void isGoneWhenItsProcessWasKilled() throws Exception {
    Process child = startOwner();
    String name;
    try (BufferedReader said = child.inputReader(StandardCharsets.UTF_8)) {
      name = said.readLine();
    }
    child.destroyForcibly().waitFor();
    assertThat(new Owner(name).isKnownToBeGone()).isTrue();
  }

  @Test
  void isGoneWhenAnotherProcessHasItsNumber() {
    assertThat(changed(START, "1").isKnownToBeGone()).isTrue();
  }

  @Test
  void isNeverKnownToBeGoneFromAnotherMachineOrAnotherContainer() {
    assertThat(new Owner(changed(MACHINE, "other.1").name()).isKnownToBeGone()).isFalse();
    String container = Owner.create().name().split("/", -1)[MACHINE] + "1";
    assertThat(changed(MACHINE, container).isKnownToBeGone()).isFalse();
  }

  @Test
  void isNeverKnownToBeGoneWhereTheMachineDoesNotTell() {
    assertThat(changed(MACHINE, "unknown").isKnownToBeGone()).isFalse();
    assertThat(changed(START, "unknown").isKnownToBeGone()).isFalse();
    assertThat(changed(PROCESS, "x").isKnownToBeGone()).isFalse();
    assertThat(new Owner("null").isKnownToBeGone()).isFalse();
  }

  @Test
  void isGoneWhenItHasRetired() {
    Owner owner = Owner.create();
    assertThat(owner.isAtWork()).isTrue();

    owner.retire();

    assertThat(owner.isAtWork()).isFalse();
    assertThat(owner.isKnownToBeGone()).isTrue();
  }

  @Test
  void isNotKnownToBeGoneWhenAnotherClassLoaderMadeIt() {
    assertThat(changed(RANDOM, "other.x").isKnownToBeGone()).isFalse();
  }

  /** An owner like one of this process, but for one field. */
  private static Owner changed(int field, String value) {
    String[] fields = Owner.create().name().split("/", -1);
    fields[field] = value;
    return new Owner(String.join("/", fields));
  }

  /** A process that says the name of an owner in it, and then waits. */
  private static Process startOwner() throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Waiting.class.getName())
        .start();
  }

  /** What such a process runs. */
  static final class Waiting {
    public static void main(String[] args) throws Exception {
      System.out.println(Owner.create().name());
      System.in.read();
    }
  }
}
