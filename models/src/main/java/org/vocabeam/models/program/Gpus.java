package org.vocabeam.models.program;

import static java.util.stream.Collectors.toCollection;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextListDevices;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextOptionsSetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteDeviceList;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListCount;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListMemoryBytes;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeviceListName;

import com.google.common.base.Splitter;
import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_ContextOptions;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;
import org.vocabeam.models.UserError;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * GPUs of this process and the number of programs on each. A new program goes to the GPU with the
 * fewest, so that as many programs as GPUs have one each.
 */
public final class Gpus {
  /**
   * System property with the indexes of the GPUs that this process was given, such as {@code 0,2}.
   * Without it, the process owns all GPUs that TensorFlow sees.
   */
  public static final String GIVEN = "vocabeam.gpus";

  private static final Pattern NAME = Pattern.compile(".*:GPU:(\\d+)", Pattern.CASE_INSENSITIVE);
  private static final Supplier<SortedMap<Integer, Long>> SEEN = Suppliers.memoize(Gpus::see);
  private static final Gpus OF_THIS_PROCESS =
      new Gpus(() -> new TreeSet<>(SEEN.get().keySet()), () -> System.getProperty(GIVEN));

  private final Supplier<SortedSet<Integer>> seen;
  private final Supplier<String> given;
  private final Map<Integer, Integer> programs = new TreeMap<>();

  /**
   * Makes the list of a process.
   *
   * @param seen indexes of the GPUs that TensorFlow sees
   * @param given indexes of the GPUs that may be used, as text; null for all
   */
  Gpus(Supplier<SortedSet<Integer>> seen, Supplier<String> given) {
    this.seen = seen;
    this.given = given;
  }

  static Gpus ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * Checks that programs can be loaded here.
   *
   * @throws UserError when a GPU is asked for and there is none
   */
  public static void check(DeviceChoice choice) {
    if (choice == DeviceChoice.GPU) {
      OF_THIS_PROCESS.usable(choice);
    }
  }

  /** Returns true if the next program of this process would run on a GPU. */
  public static boolean isUsed(DeviceChoice choice) {
    return choice != DeviceChoice.CPU && !OF_THIS_PROCESS.usable(choice).isEmpty();
  }

  /**
   * Returns the memory of the GPU on which the next program of this process would run, in bytes; 0
   * for the CPU. With several GPUs it is that of the smallest.
   */
  public static long memoryBytes(DeviceChoice choice) {
    return isUsed(choice)
        ? SEEN.get().entrySet().stream()
            .filter(gpu -> OF_THIS_PROCESS.usable(choice).contains(gpu.getKey()))
            .mapToLong(Map.Entry::getValue)
            .min()
            .orElse(0)
        : 0;
  }

  /** Returns the device of the next program, which {@link #leave} gives back. */
  synchronized Placement take(DeviceChoice choice) {
    if (choice == DeviceChoice.CPU) {
      return Placement.CPU;
    }
    SortedSet<Integer> usable = usable(choice);
    if (usable.isEmpty()) {
      return Placement.CPU;
    }
    int gpu =
        usable.stream()
            .min(Comparator.comparingInt(index -> programs.getOrDefault(index, 0)))
            .orElseThrow();
    Determinism.beginOnGpu();
    programs.merge(gpu, 1, Integer::sum);
    return Placement.gpu(gpu);
  }

  /** Gives back the device of a program that was closed. */
  synchronized void leave(Placement placement) {
    if (placement.isGpu()) {
      programs.merge(placement.gpu(), -1, Integer::sum);
    }
  }

  private SortedSet<Integer> usable(DeviceChoice choice) {
    SortedSet<Integer> visible = seen.get();
    String text = given.get();
    SortedSet<Integer> usable = text == null ? visible : indexes(text);
    if (visible.containsAll(usable) && !usable.isEmpty()) {
      return usable;
    }
    if (choice == DeviceChoice.GPU) {
      throw new UserError(
          String.format(
              "device is gpu, but %s; choose cpu or auto, or use a machine with an NVIDIA driver and"
                  + " a build by mvn package -Pgpu",
              text == null
                  ? "TensorFlow sees no GPU here"
                  : String.format(
                      "of the GPUs that this process was given (%s) TensorFlow sees %s",
                      text, visible.isEmpty() ? "none" : "only " + visible)));
    }
    return new TreeSet<>();
  }

  private static SortedSet<Integer> indexes(String text) {
    try {
      return Splitter.on(',')
          .trimResults()
          .omitEmptyStrings()
          .splitToStream(text)
          .map(Integer::valueOf)
          .collect(toCollection(TreeSet::new));
    } catch (NumberFormatException e) {
      throw new UserError(GIVEN + " is " + text + ", must be indexes of GPUs, such as 0,2", e);
    }
  }

  /** Returns the indexes of the GPUs and their memory in bytes. */
  private static SortedMap<Integer, Long> see() {
    TensorFlowNative.load();
    SortedMap<Integer, Long> gpus = new TreeMap<>();
    try (PointerScope scope = new PointerScope();
        BytePointer config = new BytePointer(Placement.gpu(0).session().toByteArray())) {
      TF_Status status = TF_Status.newStatus();
      TFE_ContextOptions options = TFE_ContextOptions.newContextOptions();
      // The first to touch a GPU decides, for the whole process, whether memory is taken as needed.
      TFE_ContextOptionsSetConfig(options, config, config.capacity(), status);
      status.throwExceptionIfNotOK();
      TFE_Context context = TFE_Context.newContext(options, status);
      status.throwExceptionIfNotOK();
      TF_DeviceList devices = TFE_ContextListDevices(context, status);
      status.throwExceptionIfNotOK();
      for (int i = 0; i < TF_DeviceListCount(devices); i++) {
        Matcher name = NAME.matcher(TF_DeviceListName(devices, i, status).getString());
        if (name.matches()) {
          gpus.put(Integer.valueOf(name.group(1)), TF_DeviceListMemoryBytes(devices, i, status));
        }
      }
      TF_DeleteDeviceList(devices);
      scope.deallocate();
    }
    return gpus;
  }
}
