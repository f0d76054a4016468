// Times what bench/recommend.py asks for, on a matrix that it wrote, and prints one JSON object:
//   recommend_speed FILE FACTORS ITERATIONS THREADS
// FILE: rows, columns, pairs (int64), begins (int64), places (int32), weights (float32), then the
// vectors to begin with, of rows and of columns (float32).

#include <cblas.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <vector>

#include "recommend/factor_model.h"
#include "recommend/top_tracks.h"

namespace cadenza::recommend {
namespace {

constexpr size_t kTop = 100;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double WallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class T>
void Read(std::ifstream* file, size_t count, std::vector<T>* values) {
  values->resize(count);
  file->read(reinterpret_cast<char*>(values->data()),
             static_cast<std::streamsize>(count * sizeof(T)));
}

double SecondsOfBareProduct(const FactorModel& model) {
  constexpr size_t kRows = 512;
  const auto width = static_cast<int>(model.tracks.width());
  const auto columns = static_cast<int>(model.tracks.rows());
  std::vector<float> scores(kRows * model.tracks.rows());
  const double before = CpuSeconds();
  for (size_t row = 0; row < model.listeners.rows(); row += kRows) {
    const auto rows = static_cast<int>(std::min(kRows, model.listeners.rows() - row));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, width, 1,
                model.listeners.Row(row).data(), width, model.tracks.values.data(), width, 0,
                scores.data(), columns);
  }
  return CpuSeconds() - before;
}

int Main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: recommend_speed FILE FACTORS ITERATIONS THREADS\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  FactorSettings settings;
  settings.factors = std::atoi(argv[2]);
  settings.regularisation = 1;
  settings.frequency_exponent = 0;
  settings.weights_count_above_one = true;
  const int iterations = std::atoi(argv[3]);
  const auto threads = static_cast<size_t>(std::atoi(argv[4]));
  std::vector<int64_t> sizes;
  Read(&file, 3, &sizes);
  PlayMatrix plays;
  plays.columns = static_cast<int32_t>(sizes[1]);
  Read(&file, static_cast<size_t>(sizes[0]) + 1, &plays.begins);
  Read(&file, static_cast<size_t>(sizes[2]), &plays.places);
  Read(&file, static_cast<size_t>(sizes[2]), &plays.weights);
  FactorModel model;
  model.listeners.factors = model.tracks.factors = settings.factors;
  const size_t width = model.tracks.width();
  Read(&file, static_cast<size_t>(sizes[0]) * width, &model.listeners.values);
  Read(&file, static_cast<size_t>(sizes[1]) * width, &model.tracks.values);
  if (!file) {
    std::fprintf(stderr, "not such a file: %s\n", argv[1]);
    return 1;
  }
  const PlayMatrix by_track = Transposed(plays);
  std::printf("{\"iterations\": [");
  const double began = WallSeconds();
  for (int i = 0; i < iterations; ++i) {
    const double before = CpuSeconds();
    ImproveRows(plays, settings, threads, &model.listeners, &model.tracks);
    ImproveRows(by_track, settings, threads, &model.tracks, &model.listeners);
    std::printf("%s%.4f", i == 0 ? "" : ", ", CpuSeconds() - before);
  }
  std::printf("], \"wall\": %.4f", (WallSeconds() - began) / iterations);
  std::printf(", \"objective\": %.6f", Objective(plays, settings, model));
  const double before = CpuSeconds();
  TopTracks(model.listeners, model.tracks, plays, kTop, threads,
            [](size_t, std::span<const Ranked>) {});
  std::printf(", \"top\": %.4f", CpuSeconds() - before);
  std::printf(", \"bare\": %.4f}\n", SecondsOfBareProduct(model));
  return 0;
}

}  // namespace
}  // namespace cadenza::recommend

int main(int argc, char** argv) { return cadenza::recommend::Main(argc, argv); }
