package org.vocabeam.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.pipelines.command.AddedCommand;
import org.vocabeam.pipelines.command.AssignCommand;
import org.vocabeam.pipelines.command.AugmentCommand;
import org.vocabeam.pipelines.command.CodebookCommand;
import org.vocabeam.pipelines.command.CompareCommand;
import org.vocabeam.pipelines.command.DemoCommand;
import org.vocabeam.pipelines.command.DistillCommand;
import org.vocabeam.pipelines.command.EmbedCommand;
import org.vocabeam.pipelines.command.EvaluateCommand;
import org.vocabeam.pipelines.command.ExportCommand;
import org.vocabeam.pipelines.command.ExtractCommand;
import org.vocabeam.pipelines.command.FinetuneCommand;
import org.vocabeam.pipelines.command.ImportCommand;
import org.vocabeam.pipelines.command.IngestCommand;
import org.vocabeam.pipelines.command.InspectCommand;
import org.vocabeam.pipelines.command.PreparePhotoIdCommand;
import org.vocabeam.pipelines.command.PretrainCommand;
import org.vocabeam.pipelines.command.RegistryCommand;
import org.vocabeam.pipelines.command.RetrainCommand;
import org.vocabeam.pipelines.command.ScheduleCommand;
import org.vocabeam.pipelines.command.SubmitCommand;
import org.vocabeam.pipelines.command.UpdateCommand;
import org.vocabeam.pipelines.lock.DirectoryLock;
import org.vocabeam.pipelines.options.BeamArguments;
import org.vocabeam.pipelines.options.Locations;
import org.vocabeam.pipelines.options.OutputOption;
import org.vocabeam.pipelines.options.PrintRecipeOption;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.options.Sections;
import org.vocabeam.pipelines.options.Spelling;
import org.vocabeam.pipelines.options.ValueOptions;
import org.vocabeam.pipelines.options.WrongValue;
import org.vocabeam.pipelines.runner.Build;
import org.vocabeam.pipelines.runner.EmbeddedFlink;
import org.vocabeam.pipelines.runner.Failure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. Exit status: 0 done, 1 failed with one line on standard error, 2 the command
 * line was wrong, or the value of an option.
 */
@Command(
    name = "vocabeam",
    description = "Pre-trains vision encoders without labels.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "'vocabeam COMMAND --help' shows the options of a command, with an example."},
    showDefaultValues = true,
    sortOptions = false,
    versionProvider = Build.class,
    subcommands = {
      DemoCommand.class,
      PreparePhotoIdCommand.class,
      IngestCommand.class,
      AugmentCommand.class,
      InspectCommand.class,
      ImportCommand.class,
      PretrainCommand.class,
      ExtractCommand.class,
      CodebookCommand.class,
      AssignCommand.class,
      UpdateCommand.class,
      EvaluateCommand.class,
      FinetuneCommand.class,
      DistillCommand.class,
      CompareCommand.class,
      EmbedCommand.class,
      ExportCommand.class,
      RetrainCommand.class,
      ScheduleCommand.class,
      RegistryCommand.class,
      SubmitCommand.class,
    })
public final class Vocabeam implements Runnable {
  private static final ImmutableMap<String, List<String>> GROUPS =
      ImmutableMap.of(
          "First steps", List.of("demo", "prepare-photo-id"),
          "Images", List.of("ingest", "augment", "inspect"),
          "Training", List.of("import", "pretrain", "finetune", "distill"),
          "Training, stage by stage", List.of("extract", "codebook", "assign", "update"),
          "Results", List.of("evaluate", "compare", "embed", "export"),
          "Operation", List.of("retrain", "schedule", "registry", "submit"));

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      order = Sections.GENERAL,
      scope = ScopeType.INHERIT,
      description = "Logs what the engines do, and shows where an unexpected failure came from.")
  private boolean verbose;

  public static void main(String[] arguments) {
    int status;
    try {
      status = commandLine().execute(arguments);
    } catch (Throwable failure) {
      // Errors (out of memory, a missing native library); picocli handles the exceptions.
      status =
          Failure.of(failure)
              .report(
                  new PrintWriter(System.err, true, UTF_8),
                  Arrays.asList(arguments).contains("--verbose"));
    }
    EmbeddedFlink.end();
    System.exit(status);
  }

  /** Runs a command within this process; its exception reaches the caller. */
  public static void run(List<String> arguments) {
    execute(commandLine().parseArgs(arguments.toArray(String[]::new)));
  }

  /** Returns the command line with all commands, also those of other modules. */
  public static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Vocabeam());
    ServiceLoader.load(AddedCommand.class).forEach(commandLine::addSubcommand);
    return configured(commandLine);
  }

  /** Configures the root command {@link Vocabeam} and its subcommands: parsing, help, errors. */
  static CommandLine configured(CommandLine commandLine) {
    commandLine
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .order(Sections.GENERAL)
                .usageHelp(true)
                .scopeType(ScopeType.INHERIT)
                .description("Shows this help.")
                .build());
    commandLine
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("--version")
                .order(Sections.GENERAL)
                .versionHelp(true)
                .description("Shows the version, and the build that a cluster must have too.")
                .build());
    Sections.apply(commandLine, GROUPS);
    commandLine.setUsageHelpAutoWidth(true);
    commandLine.registerConverter(Path.class, Vocabeam::localPath);
    commandLine.registerConverter(double.class, Vocabeam::finite);
    commandLine.registerConverter(Double.class, Vocabeam::finite);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    for (CommandLine command : commandLine.getSubcommands().values()) {
      command.getCommandSpec().usageMessage().showDefaultValues(true).sortOptions(false);
      Sections.apply(command);
      command.setUnmatchedArgumentsAllowed(mixins(command).anyMatch(Vocabeam::takesUnmatched));
      // Options after the submitted command belong to that command.
      command.setStopAtPositional(command.getCommand() instanceof SubmitCommand);
    }
    commandLine.setExecutionStrategy(Vocabeam::execute);
    commandLine.setParameterExceptionHandler((e, arguments) -> refuse(e));
    commandLine.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          Set<String> options = command.getCommandSpec().optionsMap().keySet();
          Failure failure = Failure.of(e).explained(line -> ValueOptions.named(line, options));
          int status = failure.report(command.getErr(), commandLine.<Vocabeam>getCommand().verbose);
          return ValueOptions.isWrongValue(failure.line(), options)
              ? command.getCommandSpec().exitCodeOnInvalidInput()
              : status;
        });
    return commandLine;
  }

  /** Lists the commands. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(name = "help", description = "Shows the commands, or the options of one command.")
  void help(
      @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command to explain.")
          String command) {
    CommandLine vocabeam = spec.commandLine();
    CommandLine explained = command == null ? vocabeam : vocabeam.getSubcommands().get(command);
    if (explained == null) {
      throw new ParameterException(vocabeam, unknownCommand(vocabeam, command));
    }
    explained.usage(vocabeam.getOut());
  }

  private static int execute(ParseResult parsed) {
    List<CommandLine> commands = parsed.asCommandLineList();
    CommandLine command = commands.get(commands.size() - 1);
    // Help needs none of Beam's options, and looking into them takes most of a second.
    if (commands.stream().anyMatch(CommandLine::isUsageHelpRequested)) {
      return new CommandLine.RunLast().execute(parsed);
    }
    WrongValue.refuseEmpty(command);
    try {
      mixins(command).forEach(mixin -> takeUnmatched(mixin, command));
      try (DirectoryLock lock = lock(command)) {
        return new CommandLine.RunLast().execute(parsed);
      }
    } catch (UserError e) {
      throw new ExecutionException(command, e.getMessage(), e);
    }
  }

  /** Takes the lock of the output; null for a command that writes none, or makes it at once. */
  private static @Nullable DirectoryLock lock(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    Optional<RunnerArguments> runner = mixin(RunnerArguments.class, spec);
    if (runner.isEmpty()) {
      return null;
    }
    runner.get().registerFileSystems();
    Locations.refuseOutputInside(spec);
    Optional<OutputOption> output = mixin(OutputOption.class, spec);
    if (output.isEmpty()
        || command.getCommand() instanceof ExportCommand
        || mixin(PrintRecipeOption.class, spec).filter(PrintRecipeOption::isGiven).isPresent()) {
      return null;
    }
    return DirectoryLock.ofOutput(output.get().directory(), spec.name(), System.err::println);
  }

  /** Returns the mixin of a type, also one of another mixin. */
  private static <T> Optional<T> mixin(Class<T> type, CommandSpec spec) {
    return spec.mixins().values().stream()
        .flatMap(
            mixin ->
                type.isInstance(mixin.userObject())
                    ? Stream.of(type.cast(mixin.userObject()))
                    : mixin(type, mixin).stream())
        .findFirst();
  }

  private static Stream<Object> mixins(CommandLine command) {
    return command.getCommandSpec().mixins().values().stream().map(CommandSpec::userObject);
  }

  private static boolean takesUnmatched(Object mixin) {
    return mixin instanceof RunnerArguments || mixin instanceof BeamArguments;
  }

  private static void takeUnmatched(Object mixin, CommandLine command) {
    if (mixin instanceof RunnerArguments arguments) {
      arguments.takeUnmatched(command);
      if (arguments.runner().isRemote()) {
        Locations.makeAbsolute(command.getCommandSpec());
      }
    } else if (mixin instanceof BeamArguments arguments) {
      arguments.takeUnmatched(command, null);
    }
  }

  /** Reads a path of this machine; locations that may be elsewhere are strings. */
  private static Path localPath(String path) {
    if (path.contains("://")) {
      throw new TypeConversionException("'" + path + "' is not a path of this machine");
    }
    return Path.of(path);
  }

  private static double finite(String text) {
    double value = Double.parseDouble(text);
    if (!(Math.abs(value) <= Float.MAX_VALUE)) { // networks compute in float
      throw new NumberFormatException(text);
    }
    return value;
  }

  private static int refuse(ParameterException refused) {
    ParameterException e = refused;
    CommandLine command = e.getCommandLine();
    if (e instanceof MissingParameterException) {
      // What is missing may be there under a misspelt name.
      try {
        mixins(command).forEach(mixin -> takeUnmatched(mixin, command));
      } catch (ParameterException unknown) {
        e = unknown;
      }
    }
    String message = WrongValue.line(e).orElse(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched) {
      String name = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
      message =
          name.startsWith("-")
              ? "Unknown option "
                  + name
                  + Spelling.suggestion(name, command.getCommandSpec().optionsMap().keySet())
              : unknownCommand(command, name);
    }
    command
        .getErr()
        .printf(
            "%s (see 'vocabeam %s--help')%n",
            message, command.getParent() == null ? "" : command.getCommandName() + " ");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String unknownCommand(CommandLine vocabeam, String name) {
    return "Unknown command "
        + name
        + Spelling.suggestion(name, vocabeam.getSubcommands().keySet());
  }
}
