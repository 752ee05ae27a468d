// A whole training: the network, the further members of an ensemble, the networks of the folds, the calibration.

#include <filesystem>

#include "gwsd/core/message.hpp"
#include "train/calibrate.hpp"
#include "train/folds.hpp"
#include "train/stop_signal.hpp"
#include "train/trainer.hpp"

namespace gwsd::train {
namespace {

using Cube = std::shared_ptr<const io::FieldSource>;
using Data = std::shared_ptr<const TrainingData>;

/// One network and its folder.
class NetworkRun {
public:
    NetworkRun(TrainOptions options, Cube cube)
        : options_(std::move(options)),
          cube_(std::move(cube)),
          folder_(options_.output, options_.resume != "never", options_.overwrite)
    {
        if (options_.resume == "auto")
            checkpoint_ = folder_.load_latest();
        else if (options_.resume != "never")
            checkpoint_ = io::load_checkpoint(options_.resume);
        if (!checkpoint_) folder_.clear();
    }

    /// Calls work(); if it throws, run.json says so.
    template <class Work>
    auto recorded(const Work& work)
    {
        try {
            return work();
        } catch (const StoppedEarly&) {
            trainer_->write_record("stopped");
            throw;
        } catch (const std::exception& error) {
            trainer_->write_record(std::string("failed: ") + error.what());
            throw;
        }
    }

    /// Trains to the end on `data`, or, without any, on what it takes from the cube.
    TrainSummary run(Data data = nullptr)
    {
        data_ = data ? std::move(data)
                     : std::make_shared<const TrainingData>(
                           prepare_training(cube_, options_.config, options_.seed,
                                            {.memory_bytes = options_.field_bytes, .folder = scratch_folder()}));
        trainer_.emplace(options_, data_, cube_->info(), folder_);
        if (checkpoint_) {
            trainer_->resume(*checkpoint_);
            checkpoint_.reset();
        } else if (options_.resume == "auto") {
            note(options_.output + ": holds no checkpoint; starting from the beginning");
        }
        return recorded([&] { return trainer_->run(); });
    }

    /// The network of the best epoch alone: what an earlier end of this run may have added to the file is left out.
    TrainedModel best() const
    {
        TrainedModel model = member(load_model(folder_.file("best.gwsd")), 0);
        model.recalibration.reset();
        return model;
    }
    bool has_best() const { return std::filesystem::exists(folder_.file("best.gwsd")); }
    void save(TrainedModel& model) const { save_model(folder_.file("best.gwsd"), model, true); }
    void end(const std::string& hash) { trainer_->end(hash); }

    const TrainOptions& options() const { return options_; }
    const Data& data() const { return data_; }

private:
    std::string scratch_folder() const
    {
        const std::string& wanted = options_.config.data.scratch;
        if (wanted == "run") return options_.output;
        if (wanted == "none") return "";
        if (!std::filesystem::is_directory(wanted))
            throw CannotCreate("data.scratch = " + wanted +
                               ": is no folder; create it first, or set data.scratch to run or none");
        return wanted;
    }

    TrainOptions options_;
    Cube cube_;
    RunFolder folder_;
    std::optional<io::Checkpoint> checkpoint_;
    Data data_;
    std::optional<Trainer> trainer_;
};

/// Options of a further network in a folder below the run's.
TrainOptions below(const TrainOptions& whole, const std::string& kind, Index number)
{
    TrainOptions options = whole;
    options.output = whole.output + "/" + kind + "/" + std::to_string(number);
    options.resume = whole.resume == "never" ? "never" : "auto";
    options.config.train.members = 1, options.config.train.calibration_folds = 0;
    return options;
}

/// Makes the folders of further networks, and refuses those that hold another run before hours are spent.
void claim(const TrainOptions& options)
{
    std::error_code error;
    std::filesystem::create_directories(options.output, error);
    const RunFolder folder(options.output, options.resume != "never", options.overwrite);
}

std::vector<TrainOptions> members_of(const TrainOptions& options)
{
    std::vector<TrainOptions> members;
    for (Index k = 2; k <= options.config.train.members; ++k) {
        members.push_back(below(options, "members", k));
        members.back().seed = options.seed + static_cast<std::uint64_t>(k - 1);
    }
    return members;
}

std::vector<TrainOptions> folds_of(const TrainOptions& options)
{
    std::vector<TrainOptions> folds;
    for (Index k = 1; k <= options.config.train.calibration_folds; ++k) {
        folds.push_back(below(options, "folds", k));
        OptimConfig& train = folds.back().config.train;
        train.epochs = train.fold_epochs > 0 ? train.fold_epochs : std::max<Index>(1, train.epochs / 3);
    }
    if (!folds.empty() && options.config.data.split == "paper_random")
        throw ConfigError(
            "train.calibration_folds: folds leave out land, which data.split = paper_random does not; set "
            "it to 0, or data.split=blocked");
    return folds;
}

/// Said before hours are spent, not after.
void check_samples(const Config& config)
{
    if (config.calibration.dropout_samples > 0 && !(config.model.dropout > 0))
        throw ConfigError("calibration.dropout_samples = " + std::to_string(config.calibration.dropout_samples) +
                          ": without dropout all samples are the same; set model.dropout, such as model.dropout=0.1, "
                          "or calibration.dropout_samples=0");
}

/// Trains the networks of the folds, each without a part of the land, and adds their errors there.
void add_folds(std::vector<TrainOptions> folds, const NetworkRun& main, const Cube& cube, Calibrator& calibrator)
{
    const TrainingData& data = *main.data();
    const geo::Grid& fine = data.maker->cube().info().fine;
    const auto regions = fold_regions(fine, data.usable, std::ssize(folds), main.options().config.data.holdout_buffer,
                                      main.options().seed);
    for (std::size_t k = 0; k < folds.size(); ++k) {
        auto& held = folds[k].config.data.holdout_regions;
        held.insert(held.end(), regions[k].begin(), regions[k].end());
        say("fold " + std::to_string(k + 1) + " of " + std::to_string(folds.size()) + ", for unseen places:");
        NetworkRun run(folds[k], cube);
        run.run();
        TrainedModel model = run.best();
        run.end(model.hash);
        calibrator.add_fold(model, *run.data(), cells_within(fine, data.usable, regions[k]));
    }
}

/// All that comes after the main network's last epoch; gives the final model.
TrainedModel complete(NetworkRun& main, const std::vector<TrainOptions>& members,
                      const std::vector<TrainOptions>& folds, const Cube& cube)
{
    TrainedModel model = main.best();
    for (const TrainOptions& options : members) {
        say("member " + std::to_string(model.others.size() + 2) + " of " + std::to_string(members.size() + 1) + ":");
        NetworkRun run(options, cube);
        run.run(main.data());
        TrainedModel other = run.best();
        run.end(other.hash);
        model.others.push_back(std::move(other.parameters));
    }
    Calibrator calibrator(main.data(), main.options().config, main.options().seed);
    calibrator.measure(model);
    model.recalibration = calibrator.fit();
    main.save(model); // complete but for unseen places, whatever becomes of the folds
    if (folds.empty()) return model;
    add_folds(folds, main, cube, calibrator);
    model.recalibration = calibrator.fit();
    main.save(model);
    return model;
}

} // namespace

TrainSummary train(const TrainOptions& options, Cube cube)
{
    const StopSignals signals;
    const auto members = members_of(options), folds = folds_of(options);
    check_samples(options.config);
    NetworkRun main(options, cube);
    for (const auto* list : {&members, &folds})
        for (const TrainOptions& further : *list) claim(further);
    const TrainSummary summary = main.run();
    if (!main.has_best()) {
        warn(options.output +
             ": no epoch since the checkpoint was better than those before it; the best model is in "
             "the folder of that run");
        main.end("");
        return summary;
    }
    const TrainedModel model = main.recorded([&] { return complete(main, members, folds, cube); });
    main.end(model.hash);
    return summary;
}

TrainSummary train(const TrainOptions& options)
{
    // Training keeps what it has read (prepare_training); the cube itself need keep little.
    return train(options, io::open_cube(options.cube, std::size_t{128} << 20));
}

} // namespace gwsd::train
