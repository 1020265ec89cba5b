package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What commands print fits a terminal of 80 columns, and nothing that is copied is broken. */
class NarrowTextTest {
  private static final String PATH = "/data/" + "folder/".repeat(20) + "report.json";

  @Test
  void namesStandAboveTheirValuesSoThatAnyBatchIdLeavesTheTableNarrow() {
    TextTable table =
        new TextTable(
            List.of("chunk", "batch"), List.of("state", "answered", "failed", "total"), 1);
    table.add(List.of("a1-c00000", "b".repeat(60)), List.of("completed", "49,990", "10", "50,000"));

    assertThat(table)
        .hasToString(
            "chunk  batch\n"
                + "  state      answered  failed   total\n"
                + "a1-c00000  "
                + "b".repeat(60)
                + "\n"
                + "  completed    49,990      10  50,000\n");
  }

  @Test
  void longValueIsFoldedInItsColumnAtSpaces() {
    Facts facts = new Facts();
    facts.add("rejected", "12");
    facts.add("", "  " + "the model refuses ".repeat(6).strip());
    facts.add("report", PATH);
    facts.add("a name that is wider", "1");
    StringWriter shown = new StringWriter();
    PrintWriter terminal = new TerminalWriter(new PrintWriter(shown));

    terminal.print(facts);
    terminal.flush();

    String below = " ".repeat(19);
    assertThat(shown)
        .hasToString(
            "rejected           12\n"
                + below
                + "  the model refuses the model refuses the model refuses the\n"
                + below
                + "  model refuses the model refuses the model refuses\n"
                + "report             "
                + PATH
                + "\n"
                + "a name that is wider 1\n");
    assertThat(facts.toString().lines()).as("in a pipe").hasSize(4);
  }

  @Test
  void terminalFoldsSentencesAndLeavesCommandsWhole() {
    StringWriter shown = new StringWriter();
    PrintWriter terminal = new TerminalWriter(new PrintWriter(shown));
    String command = "to resume:  beam-batch-inference run job.yaml " + "--set a=b ".repeat(8);

    terminal.println("error: job.yaml has an error:\n  * " + "a key is wrong; ".repeat(7).strip());
    terminal.println("run r1 of job sentiment is not over; its state is kept in " + PATH);
    terminal.print(command + "\n");
    terminal.flush();

    assertThat(shown)
        .hasToString(
            "error: job.yaml has an error:\n"
                + "  * a key is wrong; a key is wrong; a key is wrong; a key is wrong; a key is\n"
                + "    wrong; a key is wrong; a key is wrong;\n"
                + "run r1 of job sentiment is not over; its state is kept in\n"
                + "  "
                + PATH
                + "\n"
                + command
                + "\n");
  }
}
