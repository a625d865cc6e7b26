package org.vocabeam.pipelines.command;

import java.util.List;
import java.util.concurrent.Callable;
import org.vocabeam.pipelines.runner.Runner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command whose pipelines must run on a cluster. */
@Command(
    name = "submit",
    header = "Runs a command on a Flink cluster, never in this process.",
    description =
        "Takes any command whose pipelines are to run on a cluster, with the options of"
            + " that command. Without a cluster it is refused.",
    footer = {
      "",
      "Example:",
      "  ./vocabeam submit pretrain --flinkMaster=127.0.0.1:8081 \\",
      "      --images=s3://bucket/photos/images --output=s3://bucket/obow"
    })
public final class SubmitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND --flinkMaster=HOST:PORT ...",
      hideParamSyntax = true,
      description = "Command and its options.")
  private List<String> command;

  @Override
  public Integer call() {
    boolean helps = command.contains("--help") || command.contains("-h");
    String cluster = Runner.FLINK_MASTER + "=";
    if (!helps && command.stream().noneMatch(a -> a.startsWith(cluster) && !a.contains("["))) {
      throw new ParameterException(
          spec.commandLine(), "submit needs a cluster: give " + cluster + "HOST:PORT");
    }
    return spec.parent().commandLine().execute(command.toArray(String[]::new));
  }
}
