package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shells complete by what is printed for them. */
class CompletionCommandTest {
  private static final Path ZSH = Path.of("/usr/bin/zsh");
  private static final Path FISH = Path.of("/usr/bin/fish");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"beam-batch-inference coll,collect", "beam-batch-inference run --new,--new-run"})
  void bashCompletes(String typed, String completed) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "bash is installed");
    assertThat(said("/bin/bash", script("bash"), BASH.formatted(typed))).contains(completed);
  }

  private static final String BASH =
      """
      source "$0"
      COMP_WORDS=(%1$s)
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      COMP_LINE='%1$s'
      COMP_POINT=${#COMP_LINE}
      $(complete -p beam-batch-inference | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
      printf '%%s\\n' "${COMPREPLY[@]}"
      """;

  @Test
  void zshTakesTheScriptForTheProgram() throws Exception {
    assumeTrue(Files.isExecutable(ZSH), "zsh is installed");
    assertThat(
            said(
                ZSH.toString(),
                script("zsh"),
                "autoload -Uz compinit; compinit -u -D; source $0;"
                    + " print -r -- ${_comps[beam-batch-inference]}"))
        .contains("beam-batch-inference");
  }

  @ParameterizedTest
  @CsvSource({
    "beam-batch-inference st,status",
    "beam-batch-inference run --new,--new-run",
    "beam-batch-inference runs pr,prune",
    "beam-batch-inference runs prune --old,--older-than",
    "beam-batch-inference completion z,zsh",
    "beam-batch-inference init --task ext,extract"
  })
  void fishCompletes(String typed, String completed) throws Exception {
    assumeTrue(Files.isExecutable(FISH), "fish is installed");
    assertThat(
            said(FISH.toString(), script("fish"), "source $argv[1]; complete -C '" + typed + "'")
                .lines())
        .extracting(line -> line.split("\t", 2)[0])
        .containsExactly(completed);
  }

  @Test
  void fishHasALineForEachCommandAndEachOption() throws Exception {
    Said said = Said.by("completion", "fish");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out().lines())
        .allMatch(line -> line.startsWith("complete -c beam-batch-inference -n '"))
        .anyMatch(line -> line.contains("-n '__fish_use_subcommand' -f -a collect -d '"))
        .anyMatch(
            line -> line.contains("'__fish_seen_subcommand_from run' -l staging -r -d 'Where runs"))
        .anyMatch(line -> line.contains("'__fish_seen_subcommand_from run' -l local -d '"))
        // Every quote that is opened is closed.
        .allMatch(line -> line.replace("\\'", "").chars().filter(c -> c == '\'').count() % 2 == 0);
  }

  @Test
  void anotherShellIsAnErrorThatNamesThese() {
    Said said = Said.by("completion", "tcsh");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).startsWith("error: SHELL: 'tcsh' is none of bash, zsh, fish\n");
    assertThat(Said.by("completion").err())
        .startsWith("error: a word is missing: beam-batch-inference completion SHELL\n");
  }

  private Path script(String shell) throws Exception {
    Said said = Said.by("completion", shell);
    assertThat(said.exitCode()).as("%s", said).isZero();
    return Files.writeString(folder.resolve("completion." + shell), said.out());
  }

  private String said(String shell, Path script, String command) throws Exception {
    File out = folder.resolve("out").toFile();
    Process process =
        new ProcessBuilder(shell, "-c", command, script.toString())
            .redirectErrorStream(true)
            .redirectOutput(out)
            .start();
    assertThat(process.waitFor()).as("%s", Files.readString(out.toPath())).isZero();
    return Files.readString(out.toPath());
  }
}
